//! The audit of a handler that did not respond within its time.

use crate::policy::Declaration;
use crate::token::VerifiedToken;

/// Emits one event and counts it.
#[cfg_attr(
    not(feature = "tracing"),
    allow(
        unused_variables,
        reason = "only events use the declaration and the token"
    )
)]
pub(crate) fn emit_timeout(declaration: &'static Declaration, token: Option<&VerifiedToken>) {
    #[cfg(feature = "tracing")]
    crate::audit::event::emit_timeout(declaration, token);
    #[cfg(feature = "metrics")]
    crate::audit::metrics::record_timeout();
}
