//! Turns decisions and errors into HTTP responses. No other room names status codes.
//!
//! Comes after guard and input, before routing. Refusals become challenges and problem details.
//! The text of a rejection by an extractor outside this crate is replaced, because it may echo the
//! request.

mod acceptable;
mod challenge;
mod error_body;
mod headers;
mod input;
#[cfg(feature = "relying-party")]
mod login_redirect;
mod map_problem;
mod media_type;
mod problem;
mod problem_type;
mod refusal;
mod rejection;
mod render_error;
mod request_id;
mod resource_metadata;
#[cfg(feature = "openapi")]
mod static_document;
mod status_only;
mod ticket;

pub(crate) use self::acceptable::Acceptable;
#[cfg(fuzzing)]
pub(crate) use self::challenge::Challenge;
pub use self::error_body::ErrorBody;
pub(crate) use self::headers::{forbid_shared_caching, secure_response, set_security_headers};
pub(crate) use self::input::{accepted_types_field, name_accepted_types};
#[cfg(feature = "relying-party")]
pub(crate) use self::login_redirect::login_redirect;
pub(crate) use self::map_problem::map_problem;
pub use self::problem::Problem;
pub use self::problem_type::ProblemType;
pub(crate) use self::refusal::refusal_response;
#[cfg(feature = "authorization-server")]
pub(crate) use self::rejection::ProtocolResponse;
pub(crate) use self::rejection::rejection_response;
pub(crate) use self::render_error::{
    keeps_format, mark_handler_response, missing_problem, problem_of, replace_body,
    secure_layer_error,
};
pub(crate) use self::request_id::{identify, identify_problem};
pub(crate) use self::resource_metadata::{metadata_document, metadata_options};
#[cfg(feature = "openapi")]
pub(crate) use self::static_document::StaticDocument;
#[cfg(feature = "serve")]
pub(crate) use self::status_only::{
    HEAD_TIMEOUT, outside_proxies, overloaded, request_timeout, unreliable_proxy_fields,
    uri_too_long,
};
pub(crate) use self::status_only::{
    foreign_scheme, handler_timeout, invalid_declaration, malformed_host, method_not_allowed,
    misdirected, no_method, not_found, outside_guard, panicked,
};
