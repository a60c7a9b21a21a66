//! `Valid<E>`: input that is decoded strictly and satisfies the rules of its type.
//!
//! Also the implementations that several extractors share, as macros.

use axum::extract::Request;
use axum::http::request::Parts;

use crate::input::contract::InputError;

/// Extracts input, decodes it strictly, and checks the rules of its type.
///
/// | extractor | input |
/// |---|---|
/// | `Valid<Json<T>>`, `Valid<Form<T>>` | the body |
/// | [`Valid<MergePatch<T>>`](crate::input::MergePatch) | the body, a change of some members |
/// | [`Valid<Multipart<T>>`](crate::input::Multipart) | the body, a form with files |
/// | [`Valid<PlainText<T>>`](crate::input::PlainText), [`Valid<BinaryBody<T>>`](crate::input::BinaryBody) | the body, a single text or bytes |
/// | [`Valid<StreamedBody<M>>`](crate::input::StreamedBody) | the body in chunks, which may be larger than memory |
/// | `Valid<Query<T>>` | the query |
/// | `Valid<Path<T>>` | the path parameters: a struct receives some by name, other types receive all in order |
/// | [`Valid<Headers<T>>`](crate::input::Headers), [`Valid<Cookies<T>>`](crate::input::Cookies) | header fields or cookies, by name |
/// | `Valid<TypedHeader<H>>` of axum-extra (feature `typed-header`) | one header field with its own type |
/// | [`Valid<E>`](crate::input::InputExtractor) | an input type with its own extractor |
///
/// `T` derives [`SecureInput`](macro@crate::SecureInput). `Option<Valid<…>>` accepts absent input but
/// never invalid input. A body is absent if it is empty, whatever its `Content-Type` is; a query if the target
/// has no `?`; and a path if the route has no parameters.
///
/// `TypedHeader` of a date (`Date`, `IfModifiedSince`, `IfUnmodifiedSince`) is checked by being parsed
/// and needs no `Valid`.
///
/// Input is rejected with an [`InputError`](crate::input::InputError):
///
/// | input | status |
/// |---|---|
/// | a body over the limit | 413 |
/// | a body that does not arrive in time | 408 |
/// | a missing or different `Content-Type`, or a `Content-Encoding` | 415, with `Accept`, and `Accept-Patch` or `Accept-Post` |
/// | malformed text: invalid JSON or UTF-8, a malformed escape, more than 32 levels, too many parameters or parts, a duplicate JSON member | 400 |
/// | a wrong type, a missing or unknown member, a duplicate parameter | 422 |
/// | violated rules, of which up to 32 are reported | 422 |
///
/// [`Limits`](crate::policy::Limits) sets the maximum size, time and number of parameters.
///
/// JSON with a duplicate member has no single meaning ([RFC 8259 §4]) and is malformed. A parameter of a
/// query or form may be repeated only if its field is a list: `?id=1&id=2` is a `Vec` of two items, in
/// order. A list without a parameter is empty; an `Option` of a list is then `None`, and a field with
/// `#[serde(default)]` has its default. The same holds for the parts of a multipart form.
///
/// Browsers send a text input of a form even if nothing is typed. In `Form` and
/// [`Multipart`](crate::input::Multipart), an empty value of an `Option` field is therefore absent. `on`, the
/// value of a checkbox, is `true`; an unchecked checkbox is absent, so give the `bool` a
/// `#[serde(default)]`.
///
/// The `Content-Type` of `Json` is `application/json`, or one that the type declares:
/// `#[secure(json = "application/vnd.acme.order+json")]`. That of `BinaryBody` is `application/octet-stream`, or
/// one that the type declares: `#[secure(binary = "application/pdf")]`. Every media type may have the parameter
/// `charset=utf-8` and empty parameters ([RFC 9110 §5.6.6]); any other parameter is 415.
///
/// Rules with a context read it from the router's state: see
/// [`ValidationContext`](crate::input::ValidationContext).
///
/// # Security
///
/// The response never echoes input, not even the name of a member, unless a custom garde rule or a
/// type's `must …` requirement quotes it in its own message.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Paging {
///     #[garde(range(min = 1, max = 1000))]
///     page: u32,
/// }
///
/// #[public(reason = "the catalog is public")]
/// async fn catalog(paging: Option<Valid<Query<Paging>>>) -> String {
///     let page = paging.map_or(1, |Valid(Query(paging))| paging.page);
///     format!("page {page}")
/// }
/// ```
///
/// [RFC 8259 §4]: https://www.rfc-editor.org/rfc/rfc8259#section-4
/// [RFC 9110 §5.6.6]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.6
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valid<E>(pub E);

/// Input in the head of a request, as a handler extracts it.
///
/// axum's traits delegate to it. A handler does not call axum's traits: an API could implement them for
/// its own state, and leave the check out.
pub trait ExtractFromHead<S>: Sized {
    /// Extracts and checks the input.
    fn from_head(
        parts: &mut Parts,
        state: &S,
    ) -> impl Future<Output = Result<Self, InputError>> + Send;

    /// Extracts and checks the input if the request has any.
    fn from_head_if_present(
        parts: &mut Parts,
        state: &S,
    ) -> impl Future<Output = Result<Option<Self>, InputError>> + Send;
}

/// Input in the body of a request, as [`ExtractFromHead`].
pub trait ExtractFromBody<S>: Sized {
    /// Extracts and checks the input.
    fn from_body(
        request: Request,
        state: &S,
    ) -> impl Future<Output = Result<Self, InputError>> + Send;

    /// Extracts and checks the input if the request has any.
    fn from_body_if_present(
        request: Request,
        state: &S,
    ) -> impl Future<Output = Result<Option<Self>, InputError>> + Send;
}

/// Implements axum's traits for extractors of the head, by [`ExtractFromHead`].
macro_rules! via_head {
    ($($extractor:ident)*) => {$(
        impl<T, S> axum::extract::FromRequestParts<S> for Valid<$extractor<T>>
        where
            Self: ExtractFromHead<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request_parts(
                parts: &mut axum::http::request::Parts,
                state: &S,
            ) -> Result<Self, InputError> {
                Self::from_head(parts, state).await
            }
        }

        impl<T, S> axum::extract::OptionalFromRequestParts<S> for Valid<$extractor<T>>
        where
            Self: ExtractFromHead<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request_parts(
                parts: &mut axum::http::request::Parts,
                state: &S,
            ) -> Result<Option<Self>, InputError> {
                Self::from_head_if_present(parts, state).await
            }
        }
    )*};
}

/// Implements axum's traits for extractors of the body, by [`ExtractFromBody`].
macro_rules! via_body {
    ($($extractor:ident)*) => {$(
        impl<T, S> axum::extract::FromRequest<S> for Valid<$extractor<T>>
        where
            Self: ExtractFromBody<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            fn from_request(
                request: axum::extract::Request,
                state: &S,
            ) -> impl Future<Output = Result<Self, InputError>> + Send {
                Self::from_body(request, state)
            }
        }

        impl<T, S> axum::extract::OptionalFromRequest<S> for Valid<$extractor<T>>
        where
            Self: ExtractFromBody<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            fn from_request(
                request: axum::extract::Request,
                state: &S,
            ) -> impl Future<Output = Result<Option<Self>, InputError>> + Send {
                Self::from_body_if_present(request, state)
            }
        }
    )*};
}

/// Implements the extraction of a body.
///
/// Input: the extractor, its media types, and a function that decodes and checks the bytes.
macro_rules! valid_body {
    ($extractor:ident: $media_types:expr, $decode_and_check:expr) => {
        impl<T, S> ExtractFromBody<S> for Valid<$extractor<T>>
        where
            T: SecureInput + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            // not an `async fn`, whose future would store the request
            fn from_body(
                request: axum::extract::Request,
                state: &S,
            ) -> impl Future<Output = Result<Self, InputError>> + Send {
                let limits = crate::input::extract::body::limits(request.extensions());
                let reading = crate::input::extract::body::read(request, $media_types);
                async move {
                    let bytes = reading.await?;
                    $decode_and_check(&bytes, limits, state).map(|value| Self($extractor(value)))
                }
            }

            /// A body is absent if it is empty.
            fn from_body_if_present(
                request: axum::extract::Request,
                state: &S,
            ) -> impl Future<Output = Result<Option<Self>, InputError>> + Send {
                let limits = crate::input::extract::body::limits(request.extensions());
                let reading = crate::input::extract::body::read_optional(request, $media_types);
                async move {
                    let bytes = reading.await?;
                    let value = bytes
                        .map(|bytes| $decode_and_check(&bytes, limits, state))
                        .transpose()?;
                    Ok(value.map(|value| Self($extractor(value))))
                }
            }
        }

        via_body!($extractor);
    };
}

/// Implements the extraction of named values in the request's head.
///
/// Input: the extractor and the location of its values. `decode` is in scope.
macro_rules! valid_head {
    ($extractor:ident: $location:expr) => {
        impl<T, S> ExtractFromHead<S> for Valid<$extractor<T>>
        where
            T: SecureInput + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            async fn from_head(
                parts: &mut axum::http::request::Parts,
                state: &S,
            ) -> Result<Self, InputError> {
                let (Decoded(value), names) = decode(&parts.headers).with_names()?;
                check(value, $location, state, || Some(names)).map(|value| Self($extractor(value)))
            }

            /// The input is absent if the request has none of the values that `T` names.
            async fn from_head_if_present(
                parts: &mut axum::http::request::Parts,
                state: &S,
            ) -> Result<Option<Self>, InputError> {
                if decode::<Decoded<T>>(&parts.headers).is_absent {
                    return Ok(None);
                }
                Self::from_head(parts, state).await.map(Some)
            }
        }

        via_head!($extractor);
    };
}

pub(super) use {valid_body, valid_head, via_body, via_head};
