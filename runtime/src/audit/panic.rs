//! The audit of a panic in the API's code.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::audit::{PanicOrigin, Principal, RequestId};
use crate::policy::Declaration;

/// Emits one event and counts it, without the text of the panic, which may contain input.
///
/// A subscriber or recorder that panics in turn does not affect the response.
#[cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(
        unused_variables,
        reason = "only events use the declaration, the token and the id"
    )
)]
pub(crate) fn emit_panic(
    origin: PanicOrigin,
    declaration: Option<&'static Declaration>,
    principal: Option<Principal<'_>>,
    request_id: Option<&RequestId>,
) {
    let emit = AssertUnwindSafe(|| {
        #[cfg(feature = "tracing")]
        crate::audit::event::emit_panic(origin, declaration, principal, request_id);
        #[cfg(feature = "metrics")]
        crate::audit::metrics::record_panic(origin);
    });
    if let Err(payload) = catch_unwind(emit) {
        // its destructor may panic in turn
        std::mem::forget(payload);
    }
}
