//! The kind of each argument type, and the kinds that a handler's access allows.

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

use crate::guard::{Authorized, Caller, CallerClaims};
#[cfg(feature = "schemas")]
use crate::input::definitions;
use crate::input::rules::{InputType, IsDecodedInput};
#[cfg(feature = "schemas")]
use crate::input::schema::{Describe, Described, Elements};
use crate::input::{
    BinaryBody, Cookies, Headers, InputExtractor, InputLocation, Multipart, PlainText, Scalar,
    SecureInput, Valid, media_type,
};
use crate::routing::argument::extraction::{FromGuard, KnownMethod, StrictPath, ViaAxum};
use crate::routing::argument::extractor::{TrustedExtractor, Unvalidated};
use crate::routing::argument::facts::ArgumentFacts;
use crate::routing::argument::rules::{
    AllowedIn, AllowsFallibleArguments, AllowsOptionalCaller, AllowsRawInput, HandlerArgument,
    HasCaller, OptionalIn, ParsedFromPath, ReadsBody, ReadsHead, StatesWhyUnvalidated,
};

/// Data of the server, or of an extractor that is trusted for a reason.
pub enum ServerData {}

impl<A, T> AllowedIn<A, ServerData> for T {}

impl<T: TrustedExtractor> HandlerArgument for T {
    type Kind = ServerData;
    type Reads = ReadsHead;
    type Extraction = ViaAxum;
    const FACTS: ArgumentFacts = ArgumentFacts {
        trusted: Some(T::REASON),
        ..ArgumentFacts::PLAIN.by_custom_extractor()
    };
}

/// Types whose values the server provides, not the client.
macro_rules! server_data {
    ($($(#[$meta:meta])* [$($generic:ident)?] $ty:ty;)*) => {$(
        $(#[$meta])*
        #[diagnostic::do_not_recommend]
        impl$(<$generic>)? HandlerArgument for $ty {
            type Kind = ServerData;
            type Reads = ReadsHead;
            type Extraction = ViaAxum;
        }
    )*};
}

server_data! {
    [T] State<T>;
    [T] Extension<T>;
    [] Version;
    [] MatchedPath;
    #[cfg(any(feature = "serve", feature = "testing"))]
    [T] ConnectInfo<T>;
}

#[diagnostic::do_not_recommend]
impl HandlerArgument for Method {
    type Kind = ServerData;
    type Reads = ReadsHead;
    type Extraction = KnownMethod;
}

/// The authenticated caller.
pub enum CallerArgument {}

impl<A: HasCaller, T> AllowedIn<A, CallerArgument> for T {}
impl<A: AllowsOptionalCaller, T> OptionalIn<A, CallerArgument> for T {}

#[diagnostic::do_not_recommend]
impl<C: CallerClaims> HandlerArgument for Caller<C> {
    type Kind = CallerArgument;
    type Reads = ReadsHead;
    type Extraction = FromGuard;
    const FACTS: ArgumentFacts = ArgumentFacts {
        decode_claims: Some(Authorized::decode_claims::<C>),
        ..ArgumentFacts::PLAIN
    };
}

/// Input that is decoded strictly and checked against the rules of `T`.
pub struct CheckedInput<T>(PhantomData<T>);

impl<A, T: SecureInput, E> AllowedIn<A, CheckedInput<T>> for E {
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = Some(definitions::named::<T>);
}

impl<A, T: SecureInput, E> OptionalIn<A, CheckedInput<T>> for E {
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = Some(definitions::named::<T>);
}

/// Input that is decoded by serde, and checked as [`CheckedInput`] is.
pub struct DecodedInput<T>(PhantomData<T>);

impl<A, T, E> AllowedIn<A, DecodedInput<T>> for E
where
    InputType: IsDecodedInput<T>,
{
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = Some(<InputType as IsDecodedInput<T>>::definition);
}

impl<A, T, E> OptionalIn<A, DecodedInput<T>> for E
where
    InputType: IsDecodedInput<T>,
{
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = Some(<InputType as IsDecodedInput<T>>::definition);
}

macro_rules! checked {
    ($($extractor:ident reads $reads:ident, $location:ident, $media_type:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T> HandlerArgument for Valid<$extractor<T>> {
            type Kind = DecodedInput<T>;
            type Reads = $reads;
            type Extraction = ViaAxum;
            const FACTS: ArgumentFacts = ArgumentFacts::of_input(InputLocation::$location, $media_type);
        }
    )*};
}

checked! {
    Json reads ReadsBody, Body, Some(media_type::JSON);
    Form reads ReadsBody, Form, Some(media_type::FORM);
    Multipart reads ReadsBody, Form, Some(media_type::MULTIPART);
    PlainText reads ReadsBody, Body, Some(media_type::TEXT);
    BinaryBody reads ReadsBody, Body, Some(media_type::BINARY);
    Query reads ReadsHead, Query, None;
    Path reads ReadsHead, Path, None;
    Headers reads ReadsHead, Header, None;
    Cookies reads ReadsHead, Cookie, None;
}

#[diagnostic::do_not_recommend]
impl<E: InputExtractor> HandlerArgument for Valid<E> {
    type Kind = CheckedInput<E::Input>;
    type Reads = ReadsHead;
    type Extraction = ViaAxum;
    const FACTS: ArgumentFacts = ArgumentFacts::of_input(E::LOCATION, None).by_custom_extractor();
}

/// Path parameters that parsing checks completely.
pub struct ParsedPath<T>(PhantomData<T>);

impl<A, T: ParsedFromPath, E> AllowedIn<A, ParsedPath<T>> for E {
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = Some(T::schema);
}

#[diagnostic::do_not_recommend]
impl<T> HandlerArgument for Path<T> {
    type Kind = ParsedPath<T>;
    type Reads = ReadsHead;
    type Extraction = StrictPath;
    const FACTS: ArgumentFacts = ArgumentFacts::of_input(InputLocation::Path, None);
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> ParsedFromPath for T {
    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        definitions::of_scalar::<T>(generator)
    }
}

macro_rules! path_tuples {
    ($([$($part:ident)+])*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($part: Scalar),+> ParsedFromPath for ($($part,)+) {
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

/// Input that is not checked, for a reason.
pub enum UncheckedInput {}

impl<A: StatesWhyUnvalidated, T> AllowedIn<A, UncheckedInput> for T {}

#[diagnostic::do_not_recommend]
impl<E> HandlerArgument for Unvalidated<E> {
    type Kind = UncheckedInput;
    type Reads = ReadsHead;
    type Extraction = ViaAxum;
    const FACTS: ArgumentFacts = ArgumentFacts {
        unvalidated: true,
        ..ArgumentFacts::PLAIN.by_custom_extractor()
    };
}

/// An argument that may be absent.
pub struct OptionalArgument<T>(PhantomData<T>);

impl<A, T: HandlerArgument + OptionalIn<A, T::Kind>, E> AllowedIn<A, OptionalArgument<T>> for E {
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = T::DESCRIBE;
}

#[diagnostic::do_not_recommend]
impl<T: HandlerArgument> HandlerArgument for Option<T> {
    type Kind = OptionalArgument<T>;
    type Reads = T::Reads;
    type Extraction = ViaAxum;
    const FACTS: ArgumentFacts = T::FACTS.optional();
}

/// An argument that passes a rejection on to the handler.
pub enum FallibleArgument {}

impl<A: AllowsFallibleArguments, T> AllowedIn<A, FallibleArgument> for T {}

#[diagnostic::do_not_recommend]
impl<T, E> HandlerArgument for Result<T, E> {
    type Kind = FallibleArgument;
    type Reads = ReadsHead;
    type Extraction = ViaAxum;
}

/// Input that is not checked.
pub enum RawInput {}

impl<A: AllowsRawInput<T>, T> AllowedIn<A, RawInput> for T {}

macro_rules! raw {
    ($([$($generic:ident)?] $ty:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl$(<$generic>)? HandlerArgument for $ty {
            type Kind = RawInput;
            type Reads = ReadsHead;
            type Extraction = ViaAxum;
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
