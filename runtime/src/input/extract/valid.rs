//! `Valid<E>`: decoded strictly, then checked by its type's rules.

/// Input that was decoded strictly and satisfies its type's rules.
///
/// | | what is checked |
/// |---|---|
/// | `Valid<Json<T>>`, `Valid<Form<T>>` | a body |
/// | [`Valid<Multipart<T>>`](crate::input::Multipart) | a body that is a form with files |
/// | [`Valid<PlainText<T>>`](crate::input::PlainText), [`Valid<BinaryBody<T>>`](crate::input::BinaryBody) | a body that is one text, or bytes |
/// | `Valid<Query<T>>` | the query |
/// | `Valid<Path<T>>` | the path's parameters: a struct takes some by name, anything else takes all in order |
/// | [`Valid<Headers<T>>`](crate::input::Headers), [`Valid<Cookies<T>>`](crate::input::Cookies) | header fields or cookies, by name |
/// | `Valid<TypedHeader<H>>`, of axum-extra (feature `typed-header`) | a header field with a type of its own |
/// | [`Valid<E>`](crate::input::InputExtractor) | what an extractor of your own yields |
///
/// `T` derives [`SecureInput`](macro@crate::SecureInput).
/// `Option<Valid<…>>` is absent or valid, never invalid: a body is absent without
/// `Content-Type` and without a byte, a query without `?`, a path where the route has
/// no parameters.
///
/// `TypedHeader` of a date (`Date`, `IfModifiedSince`, `IfUnmodifiedSince`) is checked by being
/// parsed, and needs no `Valid`.
///
/// What is refused is answered with an [`InputError`](crate::input::InputError):
///
/// | | status |
/// |---|---|
/// | a body that is too large | 413 |
/// | a body that is not there in time | 408 |
/// | no `Content-Type`, another one, or a `Content-Encoding` | 415 |
/// | text that cannot be decoded: no JSON, no UTF-8, a malformed escape, more than 32 levels, too many parameters or parts, a JSON member twice | 400 |
/// | a wrong type, a missing or unknown member, a parameter twice | 422 |
/// | a broken rule; all of them, up to 32 | 422 |
///
/// How large, how long and how many is said by [`Limits`](crate::policy::Limits).
///
/// A JSON text in which a member stands twice has no single meaning ([RFC 8259 §4]),
/// so it counts as undecodable. A query or form may repeat a name; here none may, and
/// none holds a list, but that a form with files may have several parts for a `Vec`.
///
/// Rules that need a context find it in the router's state: see
/// [`ValidationContext`](crate::input::ValidationContext).
///
/// # Security
///
/// The answer holds no part of the input, not even a member's name, except where a
/// custom rule of garde's, or a type that says what a value `must` be, quotes it in its
/// own message.
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
/// #[public(reason = "the catalogue is public")]
/// async fn catalogue(paging: Option<Valid<Query<Paging>>>) -> String {
///     let page = paging.map_or(1, |Valid(Query(paging))| paging.page);
///     format!("page {page}")
/// }
/// ```
///
/// [RFC 8259 §4]: https://www.rfc-editor.org/rfc/rfc8259#section-4
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valid<E>(pub E);

/// Implements axum's extractors for a body in `Valid`: the label that it must have, and how its bytes are judged.
macro_rules! valid_body {
    ($extractor:ident: $label:expr, $judge:expr) => {
        impl<T, S> axum::extract::FromRequest<S> for Valid<$extractor<T>>
        where
            T: SecureInput + DeserializeOwned + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request(
                request: axum::extract::Request,
                state: &S,
            ) -> Result<Self, InputError> {
                let limits = crate::input::extract::body::limits(request.extensions());
                let text = crate::input::extract::body::read(request, $label).await?;
                $judge(&text, limits, state).map(|value| Self($extractor(value)))
            }
        }

        /// Absent is no `Content-Type` and no byte of body.
        impl<T, S> axum::extract::OptionalFromRequest<S> for Valid<$extractor<T>>
        where
            T: SecureInput + DeserializeOwned + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request(
                request: axum::extract::Request,
                state: &S,
            ) -> Result<Option<Self>, InputError> {
                let limits = crate::input::extract::body::limits(request.extensions());
                let text = crate::input::extract::body::read_optional(request, $label).await?;
                let value = text.map(|text| $judge(&text, limits, state)).transpose()?;
                Ok(value.map(|value| Self($extractor(value))))
            }
        }
    };
}

/// Implements axum's extractors for named values in the head, of which a struct takes some.
macro_rules! valid_head {
    ($extractor:ident: $part:expr) => {
        impl<T, S> axum::extract::FromRequestParts<S> for Valid<$extractor<T>>
        where
            T: SecureInput + DeserializeOwned + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request_parts(
                parts: &mut axum::http::request::Parts,
                state: &S,
            ) -> Result<Self, InputError> {
                let value = decode(&parts.headers).value?;
                check(value, $part, state, || Some(sent(&parts.headers)))
                    .map(|value| Self($extractor(value)))
            }
        }

        /// Absent is none of the values that `T` names.
        impl<T, S> axum::extract::OptionalFromRequestParts<S> for Valid<$extractor<T>>
        where
            T: SecureInput + DeserializeOwned + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request_parts(
                parts: &mut axum::http::request::Parts,
                state: &S,
            ) -> Result<Option<Self>, InputError> {
                if decode::<T>(&parts.headers).nothing {
                    return Ok(None);
                }
                <Self as axum::extract::FromRequestParts<S>>::from_request_parts(parts, state)
                    .await
                    .map(Some)
            }
        }
    };
}

pub(super) use {valid_body, valid_head};
