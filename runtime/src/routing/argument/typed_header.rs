//! The typed headers that are arguments.

use std::marker::PhantomData;

use axum_extra::TypedHeader;
use axum_extra::headers::{Date, Header, IfModifiedSince, IfUnmodifiedSince};
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator, json_schema};
#[cfg(feature = "schemas")]
use serde_json::{Map, Value};

use crate::input::{InputLocation, SecureInput, Valid};
use crate::routing::argument::extraction::{CheckedHead, FromServer};
use crate::routing::argument::facts::{ArgumentFacts, Content, MediaTypes};
use crate::routing::argument::rules::{AllowedIn, HandlerArgument, OptionalIn, ReadsHead};

/// A header with its own type, which is checked against its rules.
pub struct CheckedHeader<H>(PhantomData<H>);

impl<H: Header + SecureInput> CheckedHeader<H> {
    const CONTENT: Content = Content {
        shapes: &[H::shape],
        #[cfg(feature = "schemas")]
        describe: Some(|generator: &mut SchemaGenerator| {
            let value = H::input_schema(generator);
            field::<H>(value)
        }),
        ..Content::NONE
    };
}

impl<A, H: Header + SecureInput, E> AllowedIn<A, CheckedHeader<H>> for E {
    const CONTENT: Content = CheckedHeader::<H>::CONTENT;
}

impl<A, H: Header + SecureInput, E> OptionalIn<A, CheckedHeader<H>> for E {
    const CONTENT: Content = CheckedHeader::<H>::CONTENT;
}

#[diagnostic::do_not_recommend]
impl<H> HandlerArgument for Valid<TypedHeader<H>> {
    type Kind = CheckedHeader<H>;
    type Reads = ReadsHead;
    type Extraction = CheckedHead;
    const FACTS: ArgumentFacts =
        ArgumentFacts::of_input(InputLocation::Header, MediaTypes::Unknown);
}

/// A header that parsing checks completely.
pub struct ParsedHeader<H>(PhantomData<H>);

impl<H: ParsedFromHeader> ParsedHeader<H> {
    const CONTENT: Content = Content {
        #[cfg(feature = "schemas")]
        describe: Some(|_| {
            let date = json_schema!({ "type": "string", "$comment": "a date of RFC 9110 §5.6.7" });
            field::<H>(date)
        }),
        ..Content::NONE
    };
}

impl<A, H: ParsedFromHeader, E> AllowedIn<A, ParsedHeader<H>> for E {
    const CONTENT: Content = ParsedHeader::<H>::CONTENT;
}

impl<A, H: ParsedFromHeader, E> OptionalIn<A, ParsedHeader<H>> for E {
    const CONTENT: Content = ParsedHeader::<H>::CONTENT;
}

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

/// Returns the schema of the header fields of a request, of which this type reads one.
#[cfg(feature = "schemas")]
fn field<H: Header>(value: Schema) -> Schema {
    let name = H::name().as_str();
    let members = Map::from_iter([(name.to_owned(), Value::from(value))]);
    json_schema!({ "type": "object", "properties": members, "required": [name] })
}

mod sealed {
    use axum_extra::headers::Header;

    /// A header of axum-extra that consists of one date.
    #[diagnostic::on_unimplemented(
        message = "`ParsedFromHeader` is not implemented by hand",
        label = "`{Self}` is no header that Palisade knows",
        note = "help: derive `SecureInput` on `{Self}`, and write `Valid<TypedHeader<{Self}>>`"
    )]
    pub trait ParsedHeaderField: Header {}
}
