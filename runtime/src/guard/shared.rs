//! The proof of authorization in a request's extensions, where extractors of the API find it.
//!
//! A handler's own `Caller` arguments do not read it.

use std::fmt;

use axum::extract::{FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue};

use crate::guard::{Authorized, Caller, CallerClaims};

/// The proof of authorization in the extensions of the request that it was made for.
///
/// Other crates cannot name this type, but they can clone all extensions of a request into another
/// request. The proof is therefore valid only in a request with the same credential.
#[derive(Clone)]
struct Shared {
    authorized: Authorized,
    credential: HeaderValue,
}

/// Inserts the proof into the request, for extractors of the API and for services that the handler
/// forwards the request to.
pub(crate) fn share(authorized: &Authorized, request: &mut Request) {
    if let Some(credential) = request.headers().get(AUTHORIZATION).cloned() {
        request.extensions_mut().insert(Shared {
            authorized: authorized.clone(),
            credential,
        });
    }
}

/// Removes every caller from the extensions of a request that has not passed this guard yet.
///
/// Another guard may have authorized the request before, or a layer may have inserted a caller.
pub(crate) fn remove_callers(extensions: &mut Extensions) {
    extensions.remove::<Shared>();
    extensions.remove::<Caller>();
}

/// Returns the proof, if a guard made it for the credential of this request.
fn shared<'a>(headers: &HeaderMap, extensions: &'a Extensions) -> Option<&'a Authorized> {
    let shared: &Shared = extensions.get()?;
    let mut credentials = headers.get_all(AUTHORIZATION).iter();
    let is_same = credentials.next() == Some(&shared.credential);
    (is_same && credentials.next().is_none()).then_some(&shared.authorized)
}

/// For extractors of the API, and for services that a handler forwards its request to.
///
/// The `Caller` argument of a handler comes from its guard directly.
impl<S, C> FromRequestParts<S> for Caller<C>
where
    S: Sync,
    C: CallerClaims,
{
    type Rejection = NoCaller;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoCaller> {
        shared(&parts.headers, &parts.extensions)
            .and_then(Authorized::caller)
            .ok_or(NoCaller)
    }
}

/// Never runs: `Option<Caller>` is rejected at compile time.
///
/// Without this impl, the compiler would report a second error at the route.
impl<S, C> OptionalFromRequestParts<S> for Caller<C>
where
    S: Sync,
    C: CallerClaims,
{
    type Rejection = NoCaller;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, NoCaller> {
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

/// The rejection of [`Caller`] outside a `#[secured]` handler.
///
/// A `#[secured]` handler never returns it for its own arguments. An extractor that extracts a
/// `Caller` itself returns it
///
/// - outside such a handler, even if another guard has authorized the request before;
/// - for typed claims that are not an argument of the handler;
/// - if the request no longer has the `Authorization` header that the guard has authorized.
///
/// The response is 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCaller;

impl fmt::Display for NoCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "no authenticated caller with these claims; `Caller` requires a `#[secured]` handler",
        )
    }
}

impl std::error::Error for NoCaller {}
