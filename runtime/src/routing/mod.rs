//! Declared handlers, the routers that mount them, and the inventory of every route.
//!
//! [`SecureRouter`](crate::SecureRouter) and [`SecureMethodRouter`] have the method names of axum. They
//! accept declared handlers only, and nothing is served before
//! [`protect`](crate::SecureRouter::protect) has put the guard in front of every handler.

pub(crate) mod api;
pub(crate) mod argument;
mod beside;
mod boundary;
#[cfg(feature = "serve")]
mod common_host;
mod constants;
mod declared;
mod endpoint;
mod exception;
mod guard_extensions;
mod guarded;
mod header_router;
mod header_selection;
mod hosts;
mod inner_layers;
mod input_description;
mod invalid_handler;
mod inventory;
mod known_methods;
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
mod returned;
mod run_handler;
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
pub use self::exception::{Exception, ExceptionKind};
pub use self::header_router::HeaderRouter;
pub use self::header_selection::HeaderSelection;
#[cfg(feature = "serve")]
pub(crate) use self::hosts::{refuse_target, use_host_of_target};
pub use self::input_description::InputDescription;
pub use self::inventory::{Inventory, Route};
pub use self::method_router::{SecureMethodRouter, any, on, on_headers};
pub use self::methods::{connect, delete, get, head, options, patch, post, put, trace};
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
    pub use super::argument::typed_header::{ParsedFromHeader, ParsedHeader};
    pub use super::constants::{IsRole, IsScope, NamedConstant};
    pub use super::declared::{
        AcceptsTickets, BehindGuard, Checked, DeclaredHandler, DeclaresAccess, RunsHandlers,
        WithoutGuard,
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
    pub use super::constants::Constant;
    pub use super::declared::Declares;
    pub use super::invalid_handler::InvalidHandler;
    pub use super::passed_guard::PassedGuard;
    pub use super::returned::{Parts as ReturnedParts, Returned, Whole as ReturnedWhole};
}
