//! Declared handlers, the routers that mount them, and the inventory of every route.
//!
//! [`SecureRouter`](crate::SecureRouter) and [`SecureMethodRouter`] have the method names of axum. They
//! accept declared handlers only, and nothing is served before
//! [`protect`](crate::SecureRouter::protect) has put the guard in front of every handler.

pub(crate) mod api;
pub(crate) mod argument;
mod beside;
mod boundary;
#[cfg(feature = "schemas")]
mod claims_description;
#[cfg(feature = "serve")]
mod common_host;
mod constants;
mod declared;
#[cfg(feature = "openapi")]
mod document_routes;
#[cfg(feature = "openapi")]
mod documented;
mod endpoint;
mod exception;
#[cfg(all(feature = "explain", feature = "serve"))]
mod explained_api;
#[cfg(feature = "explain")]
mod explanation;
mod guard_extensions;
mod guarded;
mod handler_service;
mod handling;
mod header_router;
mod header_selection;
mod hosts;
mod inner_layers;
mod input_description;
mod invalid_handler;
mod inventory;
mod known_methods;
mod listener;
mod method_router;
mod methods;
mod mount;
mod mounting;
mod panics;
mod passage;
mod passed_guard;
mod request_ids;
mod resource_metadata;
mod respond_with;
#[cfg(feature = "openapi")]
mod return_facts;
mod returned;
mod route_guard;
mod runs_with_state;
pub(crate) mod secure_router;
pub(crate) mod tickets;
mod time_limit;
mod unmatched;
mod unread_body;

#[cfg(feature = "serve")]
pub(crate) use self::argument::shutdown::{Shutdown, ShutdownSender};
#[cfg(feature = "serve")]
pub(crate) use self::boundary::ErrorFormat;
#[cfg(feature = "schemas")]
pub use self::claims_description::ClaimsDescription;
#[cfg(feature = "openapi")]
pub(crate) use self::document_routes::{DocumentRoutes, Documents};
pub use self::exception::{Exception, ExceptionKind};
#[cfg(all(feature = "explain", feature = "serve"))]
pub(crate) use self::explanation::Explainer;
#[cfg(feature = "explain")]
pub use self::explanation::Explanation;
pub use self::header_router::HeaderRouter;
pub use self::header_selection::HeaderSelection;
#[cfg(feature = "serve")]
pub(crate) use self::hosts::{refuse_target, use_host_of_target};
pub use self::input_description::InputDescription;
pub use self::inventory::{Inventory, Route};
pub use self::listener::{ListenerLimit, ListenerSummary, Transport};
pub use self::method_router::{SecureMethodRouter, any, on, on_headers};
pub use self::methods::{connect, delete, get, head, options, patch, post, put, trace};
#[cfg(feature = "openapi")]
pub(crate) use self::return_facts::{Errors, ReturnFacts, ReturnedContent, Status, Success};
#[cfg(feature = "serve")]
pub(crate) use self::unread_body::{
    IDLE_TIME, Rest, UNREAD_LIMIT, WatchedBody, bounded, discard, discard_within,
};
pub use axum::routing::MethodFilter;

/// The rules that rustc names in its messages; public as `palisade::rules`.
pub(crate) mod rules {
    pub use super::argument::extraction::{ExtractedWithState, LastExtractedWithState};
    #[cfg(any(feature = "serve", feature = "testing"))]
    pub use super::argument::kinds::Connection;
    #[cfg(feature = "relying-party")]
    pub use super::argument::kinds::LoginArgument;
    pub use super::argument::kinds::{
        CallerArgument, CheckedInput, DecodedInput, FallibleArgument, OptionalArgument, ParsedPath,
        RawInput, RequestExtension, ServerData, TicketsArgument, UncheckedInput,
    };
    pub use super::argument::login_rules::*;
    pub use super::argument::rules::*;
    #[cfg(feature = "typed-header")]
    pub use super::argument::typed_header::{CheckedHeader, ParsedFromHeader, ParsedHeader};
    pub use super::constants::{IsRole, IsScope, NamedConstant};
    pub use super::declared::{
        AcceptsTickets, BehindGuard, Checked, DeclaredHandler, DeclaresAccess, NextAccess,
        NextIsStricter, RunsHandlers, WithoutGuard,
    };
    pub use super::endpoint::{Arguments, Endpoint, ExtractedArguments};
    pub use super::mounting::{DeclaredRoutes, HasState, IsProtected, SecuredRoutes, ShareState};
    pub use super::returned::{
        AnyPart, IsResponse, JsonBody, Responds, ReturnTypePart, holds_only_send_values, respond,
    };
    pub use super::runs_with_state::RunsWithState;
}

/// Items of this room that generated code names.
#[doc(hidden)]
pub mod __private {
    pub use super::argument::facts::{
        ArgumentFacts, are_checked, has_reason, has_streamed_body, has_unvalidated,
    };
    #[cfg(feature = "schemas")]
    pub use super::claims_description::{ClaimsOf, ClaimsWithoutSchema};
    pub use super::constants::Constant;
    pub use super::declared::Declares;
    pub use super::invalid_handler::InvalidHandler;
    pub use super::passed_guard::PassedGuard;
    #[cfg(feature = "openapi")]
    pub use super::return_facts::{
        ReturnFacts, ReturnWithSchemas, ReturnWithoutSchemas, UnknownReturn,
    };
    pub use super::returned::{Parts as ReturnedParts, Returned, Whole as ReturnedWhole};
}
