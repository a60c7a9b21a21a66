//! The mark that the macros put on a handler.

use crate::policy::Declaration;
use crate::routing::argument::ArgumentFacts;

/// A handler whose `#[secured]` or `#[public]` says who may call it.
///
/// Implemented by the macros only.
#[diagnostic::on_unimplemented(
    message = "this handler does not declare who may call it",
    label = "neither `#[secured]` nor `#[public]` stands on this handler",
    note = "help: write `#[secured(scopes = \"…\")]`, `#[secured(authenticated)]` or `#[public(reason = \"…\")]` above the fn"
)]
pub trait Declared {
    /// What runs when the handler is called; bounded where it is mounted, so that
    /// one mistake is one error.
    type Run;

    /// The declaration, as the attribute wrote it.
    const DECLARATION: &'static Declaration;

    /// What is known of each argument; the proof that it may be one.
    const ARGUMENTS: &'static [ArgumentFacts];
}
