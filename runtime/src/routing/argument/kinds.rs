//! The kind of each argument type, and the kinds that a handler's access allows.

use std::marker::PhantomData;
use std::net::SocketAddr;

use axum::body::{Body, Bytes};
#[cfg(any(feature = "serve", feature = "testing"))]
use axum::extract::ConnectInfo;
use axum::extract::{
    Extension, Form, Json, MatchedPath, NestedPath, Path, Query, RawForm, RawPathParams, RawQuery,
    State,
};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, Request, Uri, Version};
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::audit::RequestId;
use crate::guard::{Authorized, Caller, CallerClaims};
#[cfg(feature = "schemas")]
use crate::input::definitions;
use crate::input::rules::{InputType, IsDecodedInput};
#[cfg(feature = "schemas")]
use crate::input::schema::{self, Described, Elements};
use crate::input::{
    self, BinaryBody, Cookies, Headers, InputExtractor, InputLocation, MergePatch, Multipart,
    PlainText, Scalar, SecureInput, Shape, StreamedBody, Valid, media_type, shape_of_scalar,
};
use crate::routing::argument::custom_extraction::CheckedExtraction;
use crate::routing::argument::extraction::{
    CheckedBody, CheckedHead, FromServer, FromState, KnownMethod, Optional, StrictPath, ViaAxum,
};
use crate::routing::argument::extractor::{TrustedExtension, TrustedExtractor, Unvalidated};
#[cfg(feature = "schemas")]
use crate::routing::argument::facts::ClaimsFacts;
use crate::routing::argument::facts::{ArgumentFacts, Content, MediaTypes};
use crate::routing::argument::from_guard::FromGuard;
#[cfg(feature = "relying-party")]
use crate::routing::argument::login_rules::{AllowsOptionalLogin, HasLogin};
use crate::routing::argument::rules::{
    AllowedIn, AllowsFallibleArguments, AllowsOptionalCaller, AllowsRawInput, ConnectionData,
    HandlerArgument, HasCaller, OptionalIn, ParsedFromPath, ReadsBody, ReadsHead,
    StatesWhyUnvalidated,
};
use crate::routing::argument::shutdown::Shutdown;
#[cfg(feature = "ws")]
use crate::routing::argument::upgrade::{Handshake, Upgrade};
use crate::routing::exception::ExceptionKind;
#[cfg(feature = "relying-party")]
use crate::session::Login;

/// Data of the server, or of an extractor that is trusted for a reason.
pub enum ServerData {}

impl<A, T> AllowedIn<A, ServerData> for T {}

impl<T: TrustedExtractor> HandlerArgument for T {
    type Kind = ServerData;
    type Reads = ReadsHead;
    type Extraction = ViaAxum;
    const FACTS: ArgumentFacts = ArgumentFacts::PLAIN
        .stated(ExceptionKind::TrustedArgument, T::REASON)
        .by_custom_extractor();
}

/// Types whose values the server provides, not the client.
macro_rules! server_data {
    ($($(#[$meta:meta])* [$($generic:ident)?] $ty:ty, $kind:ty, $extraction:ident;)*) => {$(

        $(#[$meta])*
        #[diagnostic::do_not_recommend]
        impl$(<$generic>)? HandlerArgument for $ty {
            type Kind = $kind;
            type Reads = ReadsHead;
            type Extraction = $extraction;
            const FACTS: ArgumentFacts = ArgumentFacts::PLAIN;
        }
    )*};
}

// a matched or nested path is the text of a route, with the names of its parameters; a `Version` is one
// of five constants
server_data! {
    [T] State<T>, ServerData, FromState;
    [] Version, ServerData, FromServer;
    [] Method, ServerData, KnownMethod;
    [] MatchedPath, ServerData, FromServer;
    [] NestedPath, ServerData, FromServer;
    [] RequestId, ServerData, FromServer;
    [] Shutdown, ServerData, FromServer;
    [T] Extension<T>, RequestExtension<T>, FromServer;
    #[cfg(any(feature = "serve", feature = "testing"))]
    [T] ConnectInfo<T>, Connection<T>, FromServer;
}

/// The connection carries input that the handler checks itself.
#[cfg(feature = "ws")]
#[diagnostic::do_not_recommend]
impl HandlerArgument for Upgrade {
    type Kind = ServerData;
    type Reads = ReadsHead;
    type Extraction = Handshake;
    const FACTS: ArgumentFacts = ArgumentFacts::PLAIN.stated(
        ExceptionKind::UncheckedMessages,
        "the handler checks the messages of the connection",
    );
}

/// An extension of the request, which a layer sets.
pub struct RequestExtension<T>(PhantomData<T>);

impl<A, T: TrustedExtension, E> AllowedIn<A, RequestExtension<T>> for E {
    const CONTENT: Content = Content::trusted(T::REASON);
}

/// The data of a connection, which the listener sets.
#[cfg(any(feature = "serve", feature = "testing"))]
pub struct Connection<T>(PhantomData<T>);

#[cfg(any(feature = "serve", feature = "testing"))]
impl<A, T: ConnectionData, E> AllowedIn<A, Connection<T>> for E {
    const CONTENT: Content = T::CONTENT;
}

#[diagnostic::do_not_recommend]
impl ConnectionData for SocketAddr {
    const CONTENT: Content = Content::NONE;
}

#[diagnostic::do_not_recommend]
impl<T: TrustedExtension> ConnectionData for T {
    const CONTENT: Content = Content::trusted(T::REASON);
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
        #[cfg(feature = "schemas")]
        claims: Some(ClaimsFacts {
            type_name: || {
                let has_claims = C::without_decoding().is_none();
                has_claims.then(std::any::type_name::<C>)
            },
            describe: None,
        }),
        ..ArgumentFacts::PLAIN
    };
}

/// The person of a session.
#[cfg(feature = "relying-party")]
pub enum LoginArgument {}

#[cfg(feature = "relying-party")]
impl<A: HasLogin, T> AllowedIn<A, LoginArgument> for T {}
#[cfg(feature = "relying-party")]
impl<A: AllowsOptionalLogin, T> OptionalIn<A, LoginArgument> for T {}

#[cfg(feature = "relying-party")]
#[diagnostic::do_not_recommend]
impl HandlerArgument for Login {
    type Kind = LoginArgument;
    type Reads = ReadsHead;
    type Extraction = FromGuard;
    const FACTS: ArgumentFacts = ArgumentFacts::PLAIN;
}

/// The right of the authenticated caller to obtain tickets.
pub enum TicketsArgument {}

impl<A: HasCaller, T> AllowedIn<A, TicketsArgument> for T {}

/// Input that is decoded strictly and checked against the rules of `T`.
pub struct CheckedInput<T>(PhantomData<T>);

impl<A, T: SecureInput, E> AllowedIn<A, CheckedInput<T>> for E {
    const CONTENT: Content = Content::of_input::<T>();
}

impl<A, T: SecureInput, E> OptionalIn<A, CheckedInput<T>> for E {
    const CONTENT: Content = Content::of_input::<T>();
}

/// Input that is decoded by serde, and checked as [`CheckedInput`] is.
pub struct DecodedInput<T>(PhantomData<T>);

impl<A, T, E> AllowedIn<A, DecodedInput<T>> for E
where
    InputType: IsDecodedInput<T>,
{
    const CONTENT: Content = Content {
        shapes: &[<InputType as IsDecodedInput<T>>::shape],
        json_types: <InputType as IsDecodedInput<T>>::JSON_TYPES,
        binary_types: <InputType as IsDecodedInput<T>>::BINARY_TYPES,
        #[cfg(feature = "schemas")]
        describe: Some(<InputType as IsDecodedInput<T>>::definition),
        ..Content::NONE
    };
}

impl<A, T, E> OptionalIn<A, DecodedInput<T>> for E
where
    InputType: IsDecodedInput<T>,
{
    const CONTENT: Content = Content {
        shapes: &[<InputType as IsDecodedInput<T>>::shape],
        json_types: <InputType as IsDecodedInput<T>>::JSON_TYPES,
        binary_types: <InputType as IsDecodedInput<T>>::BINARY_TYPES,
        #[cfg(feature = "schemas")]
        describe: Some(<InputType as IsDecodedInput<T>>::definition),
        ..Content::NONE
    };
}

macro_rules! checked {
    ($($extractor:ident by $extraction:ident, $reads:ident, $location:ident, $media_types:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T> HandlerArgument for Valid<$extractor<T>> {
            type Kind = DecodedInput<T>;
            type Reads = $reads;
            type Extraction = $extraction;
            const FACTS: ArgumentFacts = ArgumentFacts::of_input(InputLocation::$location, $media_types);
        }
    )*};
}

checked! {
    Json by CheckedBody, ReadsBody, Body, MediaTypes::OfJson;
    MergePatch by CheckedBody, ReadsBody, Body, MediaTypes::Fixed(&[media_type::MERGE_PATCH]);
    Form by CheckedBody, ReadsBody, Form, MediaTypes::Fixed(&[media_type::FORM]);
    Multipart by CheckedBody, ReadsBody, Form, MediaTypes::Fixed(&[media_type::MULTIPART]);
    PlainText by CheckedBody, ReadsBody, Body, MediaTypes::Fixed(&[media_type::TEXT]);
    BinaryBody by CheckedBody, ReadsBody, Body, MediaTypes::OfBinary;
    Query by CheckedHead, ReadsHead, Query, MediaTypes::Unknown;
    Path by CheckedHead, ReadsHead, Path, MediaTypes::Unknown;
    Headers by CheckedHead, ReadsHead, Header, MediaTypes::Unknown;
    Cookies by CheckedHead, ReadsHead, Cookie, MediaTypes::Unknown;
}

#[diagnostic::do_not_recommend]
impl<E: InputExtractor> HandlerArgument for Valid<E> {
    type Kind = CheckedInput<E>;
    type Reads = ReadsHead;
    type Extraction = CheckedExtraction;
    const FACTS: ArgumentFacts = ArgumentFacts::of_input(E::LOCATION, MediaTypes::Unknown)
        .stated(ExceptionKind::CustomDecoding, E::ACCEPTS)
        .by_custom_extractor();
}

/// A body in chunks, with the media types of `M`.
pub struct StreamedInput<M>(PhantomData<M>);

impl<M: input::MediaTypes> StreamedInput<M> {
    const CONTENT: Content = Content {
        binary_types: StreamedBody::<M>::ACCEPTED,
        #[cfg(feature = "schemas")]
        describe: Some(|_| schema::streamed_body(StreamedBody::<M>::ACCEPTED)),
        ..Content::NONE
    };
}

impl<A, M: input::MediaTypes, E> AllowedIn<A, StreamedInput<M>> for E {
    const CONTENT: Content = StreamedInput::<M>::CONTENT;
}

impl<A, M: input::MediaTypes, E> OptionalIn<A, StreamedInput<M>> for E {
    const CONTENT: Content = StreamedInput::<M>::CONTENT;
}

#[diagnostic::do_not_recommend]
impl<M> HandlerArgument for Valid<StreamedBody<M>> {
    type Kind = StreamedInput<M>;
    type Reads = ReadsBody;
    type Extraction = CheckedBody;
    const FACTS: ArgumentFacts =
        ArgumentFacts::of_input(InputLocation::Body, MediaTypes::OfBinary).streamed();
}

/// Path parameters that parsing checks completely.
pub struct ParsedPath<T>(PhantomData<T>);

impl<A, T: ParsedFromPath, E> AllowedIn<A, ParsedPath<T>> for E {
    const CONTENT: Content = Content {
        shapes: T::SHAPES,
        #[cfg(feature = "schemas")]
        describe: Some(T::schema),
        ..Content::NONE
    };
}

#[diagnostic::do_not_recommend]
impl<T> HandlerArgument for Path<T> {
    type Kind = ParsedPath<T>;
    type Reads = ReadsHead;
    type Extraction = StrictPath;
    const FACTS: ArgumentFacts = ArgumentFacts::of_input(InputLocation::Path, MediaTypes::Unknown);
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> ParsedFromPath for T {
    const SHAPES: &'static [fn() -> &'static Shape] = &[shape_of_scalar::<T>];

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        definitions::of_scalar::<T>(generator)
    }
}

macro_rules! path_tuples {
    ($([$($part:ident)+])*) => {$(

        #[diagnostic::do_not_recommend]
        impl<$($part: Scalar),+> ParsedFromPath for ($($part,)+) {
            const SHAPES: &'static [fn() -> &'static Shape] = &[$(shape_of_scalar::<$part>),+];

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
    const CONTENT: Content = T::CONTENT;
}

#[diagnostic::do_not_recommend]
impl<T: HandlerArgument> HandlerArgument for Option<T> {
    type Kind = OptionalArgument<T>;
    type Reads = T::Reads;
    type Extraction = Optional<T::Extraction>;
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
    const FACTS: ArgumentFacts = ArgumentFacts::PLAIN;
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
            const FACTS: ArgumentFacts = ArgumentFacts::PLAIN;
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
    [] Parts;
    [] Extensions;
    [] Body;
    [T] Request<T>;
}
