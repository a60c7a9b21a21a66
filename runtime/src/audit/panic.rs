//! The audit of a panic in the API's code.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::policy::Declaration;
use crate::token::VerifiedToken;

/// The code that panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PanicOrigin {
    /// The guard, an argument's extractor or rules, or the handler.
    Handler,
    /// The body of a handler's response.
    ResponseBody,
    /// A layer outside the guard.
    Layer,
    /// The function of `Api::map_problems`.
    ProblemMap,
}

impl PanicOrigin {
    /// Returns the origin as events and counters spell it.
    #[cfg(any(feature = "tracing", feature = "metrics"))]
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Handler => "handler",
            Self::ResponseBody => "response_body",
            Self::Layer => "layer",
            Self::ProblemMap => "problem_map",
        }
    }
}

/// Emits one event and counts it, without the text of the panic, which may contain input.
///
/// A subscriber or recorder that panics in turn does not affect the response.
#[cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(
        unused_variables,
        reason = "only events use the declaration and the token"
    )
)]
pub(crate) fn emit_panic(
    origin: PanicOrigin,
    declaration: Option<&'static Declaration>,
    token: Option<&VerifiedToken>,
) {
    let emit = AssertUnwindSafe(|| {
        #[cfg(feature = "tracing")]
        crate::audit::event::emit_panic(origin, declaration, token);
        #[cfg(feature = "metrics")]
        crate::audit::metrics::record_panic(origin);
    });
    drop(catch_unwind(emit));
}
