//! The audit of a handler that did not respond within its time.

use crate::audit::{Principal, RequestId};
use crate::policy::Declaration;

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
    principal: Option<Principal<'_>>,
    request_id: Option<&RequestId>,
) {
    #[cfg(feature = "tracing")]
    crate::audit::event::emit_timeout(declaration, principal, request_id);
    #[cfg(feature = "metrics")]
    crate::audit::metrics::record_timeout();
}
