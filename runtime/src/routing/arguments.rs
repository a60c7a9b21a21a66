//! Which types are arguments, and which are refused with what advice.

use axum::body::{Body, Bytes};
#[cfg(any(feature = "serve", feature = "testing"))]
use axum::extract::ConnectInfo;
use axum::extract::{
    Extension, Form, Json, MatchedPath, Path, Query, RawForm, RawPathParams, RawQuery, State,
};
use axum::http::{HeaderMap, Method, Request, Uri, Version};

use crate::guard::{Caller, CallerClaims};
use crate::input::{Scalar, SecureInput, Valid};
use crate::routing::argument::{
    AcceptsCaller, AcceptsFailure, AcceptsRaw, AcceptsUnvalidated, Argument, ArgumentFacts, Head,
    MayLackCaller, OptionalArgument, PathScalars, Whole,
};
use crate::routing::extractor::{TrustedExtractor, Unvalidated};

impl<A: AcceptsCaller, C: CallerClaims> Argument<A> for Caller<C> {
    type Reads = Head;
    const FACTS: ArgumentFacts = ArgumentFacts {
        admit: Some(Self::admit),
        ..ArgumentFacts::PLAIN
    };
}

#[diagnostic::do_not_recommend]
impl<A, T: TrustedExtractor> Argument<A> for T {
    type Reads = Head;
    const FACTS: ArgumentFacts = {
        assert!(
            !T::REASON.is_empty(),
            "the `REASON` of a `TrustedExtractor` says why it can be relied on"
        );
        ArgumentFacts {
            trusted: Some(T::REASON),
            ..ArgumentFacts::PLAIN
        }
    };
}

impl<A: AcceptsUnvalidated, E> Argument<A> for Unvalidated<E> {
    type Reads = Head;
    const FACTS: ArgumentFacts = ArgumentFacts {
        unvalidated: true,
        ..ArgumentFacts::PLAIN
    };
}

impl<A, T: OptionalArgument<A>> Argument<A> for Option<T> {
    type Reads = T::Reads;
}

impl<A: MayLackCaller, C> OptionalArgument<A> for Caller<C> {
    type Reads = Head;
}

impl<A: AcceptsFailure, T, E> Argument<A> for Result<T, E> {
    type Reads = Head;
}

impl<A, T: PathScalars> Argument<A> for Path<T> {
    type Reads = Head;
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> PathScalars for T {}

/// Input that the server, not the client, put into the request.
macro_rules! not_from_the_client {
    ($($(#[$meta:meta])* [$($generic:ident)?] $ty:ty;)*) => {$(
        $(#[$meta])*
        impl<A $(, $generic)?> Argument<A> for $ty {
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

/// Input types that a wrapper makes acceptable: `Valid<Json<T>>`.
macro_rules! checked {
    ($($extractor:ident reads $reads:ident;)*) => {$(
        impl<A, T: SecureInput> Argument<A> for Valid<$extractor<T>> {
            type Reads = $reads;
        }

        impl<A, T: SecureInput> OptionalArgument<A> for Valid<$extractor<T>> {
            type Reads = $reads;
        }
    )*};
}

checked! {
    Json reads Whole;
    Form reads Whole;
    Query reads Head;
    Path reads Head;
}

/// Input as it came: refused, and told what to write.
macro_rules! raw {
    ($([$($generic:ident)?] $ty:ty;)*) => {$(
        impl<A: AcceptsRaw<$ty> $(, $generic)?> Argument<A> for $ty {
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

macro_rules! path_tuples {
    ($([$($part:ident)+])*) => {$(
        impl<$($part: Scalar),+> PathScalars for ($($part,)+) {}
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
