//! Which typed headers are arguments.

use std::marker::PhantomData;

use axum_extra::TypedHeader;
use axum_extra::headers::{Date, IfModifiedSince, IfUnmodifiedSince};

use crate::input::{InputLocation, Valid};
use crate::routing::argument::{Accepted, Argument, ArgumentFacts, Head, MayBeAbsent};
use crate::routing::arguments::Checked;

impl<H> Argument for Valid<TypedHeader<H>> {
    type Kind = Checked<H>;
    type Reads = Head;
    const FACTS: ArgumentFacts = ArgumentFacts::of_input(InputLocation::Header, None);
}

/// A header that is checked by being parsed.
pub struct ParsedHeader<H>(PhantomData<H>);

impl<A, H: HeaderScalar, E> Accepted<A, ParsedHeader<H>> for E {}
impl<A, H: HeaderScalar, E> MayBeAbsent<A, ParsedHeader<H>> for E {}

impl<H> Argument for TypedHeader<H> {
    type Kind = ParsedHeader<H>;
    type Reads = Head;
    const FACTS: ArgumentFacts = ArgumentFacts::of_input(InputLocation::Header, None);
}

/// A header whose every value is small and well-formed: one date.
#[diagnostic::on_unimplemented(
    message = "`TypedHeader<{Self}>` would reach the handler unchecked",
    label = "raw input",
    note = "help: take `Valid<Headers<…>>` with a struct that derives `SecureInput`, or write `Valid<TypedHeader<{Self}>>` where `{Self}` derives it"
)]
pub trait HeaderScalar {}

impl HeaderScalar for Date {}
impl HeaderScalar for IfModifiedSince {}
impl HeaderScalar for IfUnmodifiedSince {}
