//! The mark that the macros put on a handler.

use crate::policy::Declaration;
use crate::routing::argument::ArgumentFacts;

/// A handler whose `#[secured]` or `#[public]` says who may call it.
///
/// Follows from `Declares`, which the macros implement.
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

/// What the macros implement; `Declared` follows from it.
///
/// The attribute that keeps rustc from listing other handlers in a message cannot stand
/// in generated code: it does not resolve under `#![no_implicit_prelude]`.
pub trait Declares {
    /// As `Declared::Run`.
    type Run;

    /// As `Declared::DECLARATION`.
    const DECLARATION: &'static Declaration;

    /// As `Declared::ARGUMENTS`.
    const ARGUMENTS: &'static [ArgumentFacts];
}

#[diagnostic::do_not_recommend]
impl<H: Declares> Declared for H {
    type Run = H::Run;
    const DECLARATION: &'static Declaration = H::DECLARATION;
    const ARGUMENTS: &'static [ArgumentFacts] = H::ARGUMENTS;
}
