//! Which types are arguments, of which kind, and which kinds are accepted.

use std::marker::PhantomData;

use axum::body::{Body, Bytes};
#[cfg(any(feature = "serve", feature = "testing"))]
use axum::extract::ConnectInfo;
use axum::extract::{
    Extension, Form, Json, MatchedPath, Path, Query, RawForm, RawPathParams, RawQuery, State,
};
use axum::http::{HeaderMap, Method, Request, Uri, Version};
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::guard::{Caller, CallerClaims};
#[cfg(feature = "schemas")]
use crate::input::definitions;
#[cfg(feature = "schemas")]
use crate::input::schema::{Describe, Described, Elements};
use crate::input::{
    BinaryBody, Cookies, Headers, InputExtractor, InputLocation, Multipart, PlainText, Scalar,
    SecureInput, Valid, media_type,
};
use crate::routing::argument::{
    Accepted, AcceptsCaller, AcceptsFailure, AcceptsRaw, AcceptsUnvalidated, Argument,
    ArgumentFacts, Head, MayBeAbsent, MayLackCaller, PathScalars, Whole,
};
use crate::routing::extractor::{TrustedExtractor, Unvalidated};

/// Not from the client, or trusted for a reason.
pub enum Plain {}

impl<A, T> Accepted<A, Plain> for T {}

#[diagnostic::do_not_recommend]
impl<T: TrustedExtractor> Argument for T {
    type Kind = Plain;
    type Reads = Head;
    const FACTS: ArgumentFacts = ArgumentFacts {
        trusted: Some(spelled_out(T::REASON)),
        ..ArgumentFacts::PLAIN
    };
}

/// A reason with words; in a `const`, one without is a compile error.
const fn spelled_out(reason: &'static str) -> &'static str {
    assert!(
        !reason.trim_ascii().is_empty(),
        "the `REASON` of a `TrustedExtractor` is empty; help: say why what it yields can be relied on"
    );
    reason
}

/// What the server, not the client, put into the request.
macro_rules! not_from_the_client {
    ($($(#[$meta:meta])* [$($generic:ident)?] $ty:ty;)*) => {$(
        $(#[$meta])*
        impl$(<$generic>)? Argument for $ty {
            type Kind = Plain;
            type Reads = Head;
        }
    )*};
}

not_from_the_client! {
    [T] State<T>;
    [T] Extension<T>;
    [] Method;
    [] Version;
    [] MatchedPath;
    #[cfg(any(feature = "serve", feature = "testing"))]
    [T] ConnectInfo<T>;
}

/// The authenticated caller.
pub enum IsCaller {}

impl<A: AcceptsCaller, T> Accepted<A, IsCaller> for T {}
impl<A: MayLackCaller, T> MayBeAbsent<A, IsCaller> for T {}

impl<C: CallerClaims> Argument for Caller<C> {
    type Kind = IsCaller;
    type Reads = Head;
    const FACTS: ArgumentFacts = ArgumentFacts {
        decode_claims: Some(Self::decode_claims),
        ..ArgumentFacts::PLAIN
    };
}

/// Input that is decoded strictly and checked by the rules of `T`.
pub struct Checked<T>(PhantomData<T>);

impl<A, T: SecureInput, E> Accepted<A, Checked<T>> for E {
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = Some(definitions::named::<T>);
}

impl<A, T: SecureInput, E> MayBeAbsent<A, Checked<T>> for E {
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = Some(definitions::named::<T>);
}

macro_rules! checked {
    ($($extractor:ident reads $reads:ident, $part:ident, $media_type:expr;)*) => {$(
        impl<T> Argument for Valid<$extractor<T>> {
            type Kind = Checked<T>;
            type Reads = $reads;
            const FACTS: ArgumentFacts = ArgumentFacts::of_input(InputLocation::$part, $media_type);
        }
    )*};
}

checked! {
    Json reads Whole, Body, Some(media_type::JSON);
    Form reads Whole, Form, Some(media_type::FORM);
    Multipart reads Whole, Form, Some(media_type::MULTIPART);
    PlainText reads Whole, Body, Some(media_type::TEXT);
    BinaryBody reads Whole, Body, Some(media_type::BINARY);
    Query reads Head, Query, None;
    Path reads Head, Path, None;
    Headers reads Head, Header, None;
    Cookies reads Head, Cookie, None;
}

impl<E: InputExtractor> Argument for Valid<E> {
    type Kind = Checked<E::Input>;
    type Reads = Head;
    const FACTS: ArgumentFacts = ArgumentFacts::of_input(E::LOCATION, None);
}

/// Path parameters that are checked by being parsed.
pub struct Parsed<T>(PhantomData<T>);

impl<A, T: PathScalars, E> Accepted<A, Parsed<T>> for E {
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = Some(T::schema);
}

impl<T> Argument for Path<T> {
    type Kind = Parsed<T>;
    type Reads = Head;
    const FACTS: ArgumentFacts = ArgumentFacts::of_input(InputLocation::Path, None);
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> PathScalars for T {
    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        definitions::of_scalar::<T>(generator)
    }
}

macro_rules! path_tuples {
    ($([$($part:ident)+])*) => {$(
        impl<$($part: Scalar),+> PathScalars for ($($part,)+) {
            #[cfg(feature = "schemas")]
            fn schema(generator: &mut SchemaGenerator) -> Schema {
                let elements = Elements::new();
                $(
                    let element = Described::present(definitions::of_scalar::<$part>(generator));
                    let elements = elements.element(false, element);
                )+
                elements.array()
            }
        }
    )*};
}

path_tuples! {
    [T1]
    [T1 T2]
    [T1 T2 T3]
    [T1 T2 T3 T4]
    [T1 T2 T3 T4 T5]
    [T1 T2 T3 T4 T5 T6]
}

/// Input that nobody checks, for a reason.
pub enum Unchecked {}

impl<A: AcceptsUnvalidated, T> Accepted<A, Unchecked> for T {}

impl<E> Argument for Unvalidated<E> {
    type Kind = Unchecked;
    type Reads = Head;
    const FACTS: ArgumentFacts = ArgumentFacts {
        unvalidated: true,
        ..ArgumentFacts::PLAIN
    };
}

/// What may be absent.
pub struct Optional<T>(PhantomData<T>);

impl<A, T: Argument + MayBeAbsent<A, T::Kind>, E> Accepted<A, Optional<T>> for E {
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = T::DESCRIBE;
}

impl<T: Argument> Argument for Option<T> {
    type Kind = Optional<T>;
    type Reads = T::Reads;
    const FACTS: ArgumentFacts = T::FACTS.optional();
}

/// What may fail and still reach the handler.
pub enum Fallible {}

impl<A: AcceptsFailure, T> Accepted<A, Fallible> for T {}

impl<T, E> Argument for Result<T, E> {
    type Kind = Fallible;
    type Reads = Head;
}

/// Input as it came.
pub enum Raw {}

impl<A: AcceptsRaw<T>, T> Accepted<A, Raw> for T {}

macro_rules! raw {
    ($([$($generic:ident)?] $ty:ty;)*) => {$(
        impl$(<$generic>)? Argument for $ty {
            type Kind = Raw;
            type Reads = Head;
        }
    )*};
}

raw! {
    [T] Json<T>;
    [T] Form<T>;
    [T] Query<T>;
    [] RawForm;
    [] RawQuery;
    [] RawPathParams;
    [] String;
    [] Bytes;
    [] HeaderMap;
    [] Uri;
    [] Body;
    [T] Request<T>;
}
