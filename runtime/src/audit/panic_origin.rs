//! The origins of panics, as events and counters report them.

/// The code that panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PanicOrigin {
    /// The guard, an inner layer, an argument's extractor or rules, or the handler.
    Handler,
    /// The body of a handler's response.
    ResponseBody,
    /// A layer outside the guard, or the body of its response.
    Layer,
    /// The function of `Api::map_problems`.
    ProblemMap,
    /// The function of `Api::render_errors`.
    ErrorBody,
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
            Self::ErrorBody => "error_body",
        }
    }
}
