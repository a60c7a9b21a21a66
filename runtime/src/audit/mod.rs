//! Audit events and metrics: one for each decision of the guard, each rejected input, each panic, each timeout and each login.
//!
//! Event names follow the [OWASP logging vocabulary]. An event has a [`Reason`], the route's
//! declaration, and the issuer, client and hashed identifier of a verified token. It never has
//! text from the request, and never the token.
//!
//! [OWASP logging vocabulary]: https://cheatsheetseries.owasp.org/cheatsheets/Logging_Vocabulary_Cheat_Sheet.html

mod decision;
#[cfg(feature = "tracing")]
mod event;
#[cfg(feature = "authorization-server")]
mod grant_event;
#[cfg(feature = "relying-party")]
mod login_event;
#[cfg(feature = "metrics")]
mod metrics;
mod panic;
mod panic_origin;
mod principal;
mod reason;
mod rejected_input;
mod request_id;
mod timeout;

pub(crate) use self::decision::Decision;
#[cfg(feature = "tracing")]
pub(crate) use self::event::{
    emit_error_body_failed, emit_handler_outside_guard, emit_ticket_issued, emit_unreachable_route,
};
#[cfg(feature = "authorization-server")]
pub(crate) use self::grant_event::{
    GrantContext, emit_client_rejected, emit_issued, emit_refused, emit_reused, emit_revoked,
};
#[cfg(feature = "relying-party")]
pub(crate) use self::login_event::{
    LoginContext, LoginStage, emit_logged_in, emit_login_failed, emit_provider_logout,
};
pub(crate) use self::panic::emit_panic;
pub(crate) use self::panic_origin::PanicOrigin;
pub(crate) use self::principal::Principal;
pub use self::reason::Reason;
pub(crate) use self::rejected_input::RejectedInput;
pub use self::request_id::{RequestId, RequestIdError};
pub(crate) use self::timeout::emit_timeout;
