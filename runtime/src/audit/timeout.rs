//! The audit of a handler that did not respond within its time.

use crate::audit::RequestId;
use crate::policy::Declaration;
use crate::token::VerifiedToken;

/// Emits one event and counts it.
#[cfg_attr(
    not(feature = "tracing"),
    allow(
        unused_variables,
        reason = "only events use the declaration, the token and the id"
    )
)]
pub(crate) fn emit_timeout(
    declaration: &'static Declaration,
    token: Option<&VerifiedToken>,
    request_id: Option<&RequestId>,
) {
    #[cfg(feature = "tracing")]
    crate::audit::event::emit_timeout(declaration, token, request_id);
    #[cfg(feature = "metrics")]
    crate::audit::metrics::record_timeout();
}
