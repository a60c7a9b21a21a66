//! The options inside `next(…)`, as written.

use proc_macro2::Span;

use crate::parse::handler::requirement::RawRequirement;
use crate::parse::slot::Slot;

/// The access inside `next(…)`.
pub(crate) struct RawNext {
    /// The word `next`.
    pub(crate) span: Span,
    pub(crate) scopes: Slot<RawRequirement>,
    pub(crate) roles: Slot<RawRequirement>,
    /// Whether an option could not be read.
    pub(crate) incomplete: bool,
}
