//! The typed headers that are arguments.

use std::marker::PhantomData;

use axum_extra::TypedHeader;
use axum_extra::headers::{Date, IfModifiedSince, IfUnmodifiedSince};

use crate::input::{InputLocation, Valid};
use crate::routing::argument::extraction::{CheckedHead, FromServer};
use crate::routing::argument::facts::{ArgumentFacts, MediaTypes};
use crate::routing::argument::kinds::CheckedInput;
use crate::routing::argument::rules::{AllowedIn, HandlerArgument, OptionalIn, ReadsHead};

#[diagnostic::do_not_recommend]
impl<H> HandlerArgument for Valid<TypedHeader<H>> {
    type Kind = CheckedInput<H>;
    type Reads = ReadsHead;
    type Extraction = CheckedHead;
    const FACTS: ArgumentFacts =
        ArgumentFacts::of_input(InputLocation::Header, MediaTypes::Unknown);
}

/// A header that parsing checks completely.
pub struct ParsedHeader<H>(PhantomData<H>);

impl<A, H: ParsedFromHeader, E> AllowedIn<A, ParsedHeader<H>> for E {}
impl<A, H: ParsedFromHeader, E> OptionalIn<A, ParsedHeader<H>> for E {}

#[diagnostic::do_not_recommend]
impl<H> HandlerArgument for TypedHeader<H> {
    type Kind = ParsedHeader<H>;
    type Reads = ReadsHead;
    type Extraction = FromServer;
    const FACTS: ArgumentFacts =
        ArgumentFacts::of_input(InputLocation::Header, MediaTypes::Unknown);
}

/// A typed header that parsing checks completely: one date.
///
/// Other headers carry text without a size limit. Write `Valid<Headers<…>>` with a struct that
/// derives [`SecureInput`](crate::SecureInput), or `Valid<TypedHeader<H>>` if `H` derives it.
#[diagnostic::on_unimplemented(
    message = "`TypedHeader<{Self}>` would reach the handler unchecked",
    label = "raw input",
    note = "help: write `Valid<Headers<…>>` with a struct that derives `SecureInput`, or `Valid<TypedHeader<{Self}>>` if `{Self}` derives it"
)]
pub trait ParsedFromHeader: sealed::ParsedHeaderField {}

macro_rules! dates {
    ($($header:ty)*) => {$(
        impl sealed::ParsedHeaderField for $header {}

        #[diagnostic::do_not_recommend]
        impl ParsedFromHeader for $header {}
    )*};
}

dates! { Date IfModifiedSince IfUnmodifiedSince }

mod sealed {
    /// A header of axum-extra that consists of one date.
    #[diagnostic::on_unimplemented(
        message = "`ParsedFromHeader` is not implemented by hand",
        label = "`{Self}` is no header that Palisade knows",
        note = "help: derive `SecureInput` on `{Self}`, and write `Valid<TypedHeader<{Self}>>`"
    )]
    pub trait ParsedHeaderField {}
}
