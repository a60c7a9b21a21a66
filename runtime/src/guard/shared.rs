//! The proof of authorization in a request's extensions, where extractors of the API find it.
//!
//! A handler's own `Caller` arguments do not read it.

use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue};

use crate::guard::{Authorized, Caller, CallerClaims};
use crate::resource_server::ResourceServer;

/// The proof in the extensions of the request that it was made for.
///
/// Other crates cannot name this type, but they can clone all extensions of a request into another
/// request. A proof of authorization is therefore valid only in a request with the same credential.
#[derive(Clone)]
pub(crate) enum SharedProof {
    /// The handler is public.
    Public,
    /// Shared, so that the future of a request without extractors outside this crate stays small.
    Authorized(Arc<AuthorizedRequest>),
}

/// The token of a request that has passed a guard.
#[derive(Clone)]
pub(crate) struct AuthorizedRequest {
    authorized: Authorized,
    credential: HeaderValue,
    /// For inner layers, which can decode claims that the handler does not.
    server: Option<ResourceServer>,
}

impl SharedProof {
    /// Creates the proof for extractors of the API, and for services that the handler forwards the
    /// request to. A public handler has no caller.
    pub(crate) fn new(authorized: Option<&Authorized>, headers: &HeaderMap) -> Option<Self> {
        let Some(authorized) = authorized else {
            return Some(Self::Public);
        };
        Some(Self::Authorized(Arc::new(AuthorizedRequest {
            authorized: authorized.clone(),
            credential: headers.get(AUTHORIZATION)?.clone(),
            server: None,
        })))
    }

    /// Returns the same proof for inner layers.
    pub(crate) fn for_layers(&self, decoder: &ResourceServer) -> Self {
        match self {
            Self::Public => Self::Public,
            Self::Authorized(request) => Self::Authorized(Arc::new(AuthorizedRequest {
                server: Some(decoder.clone()),
                ..AuthorizedRequest::clone(request)
            })),
        }
    }

    /// Returns the caller, or `None` for a public handler.
    fn caller<C: CallerClaims>(&self, headers: &HeaderMap) -> Result<Option<Caller<C>>, NoCaller> {
        let Self::Authorized(request) = self else {
            return Ok(None);
        };
        let AuthorizedRequest {
            authorized,
            credential,
            server,
        } = &**request;
        let mut credentials = headers.get_all(AUTHORIZATION).iter();
        if credentials.next() != Some(credential) || credentials.next().is_some() {
            return Err(NoCaller::OUTSIDE);
        }
        match (authorized.caller(), server) {
            (Some(caller), _) => Ok(Some(caller)),
            (None, None) => Err(NoCaller::OUTSIDE),
            (None, Some(server)) => {
                let mut authorized = authorized.clone();
                let decoded = authorized.decode_claims::<C>();
                let caller = decoded.ok().and_then(|()| authorized.caller());
                caller
                    .map(Some)
                    .ok_or_else(|| NoCaller(Some(server.clone())))
            }
        }
    }
}

/// Removes every caller from the extensions of a request that has not passed this guard yet.
///
/// Another guard may have authorized the request before, or a layer may have inserted a caller.
pub(crate) fn remove_callers(extensions: &mut Extensions) {
    extensions.remove::<SharedProof>();
    extensions.remove::<Caller>();
}

/// Returns the caller that a guard has authorized with the credential of this request.
fn shared<C: CallerClaims>(
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<Option<Caller<C>>, NoCaller> {
    let proof: &SharedProof = extensions.get().ok_or(NoCaller::OUTSIDE)?;
    proof.caller(headers)
}

impl Caller {
    /// Returns the caller of a request behind the guard, for [inner layers](crate::SecureRouter::inner_layer).
    ///
    /// `None` for a `#[public]` handler, and wherever [`NoCaller`] is the rejection of the extractor: a layer
    /// outside the guard never sees a caller. The extractors `Caller`, `Caller<C>` and `Option<Caller>` of a
    /// [`from_fn`](axum::middleware::from_fn) layer fail there, which shows the mistake.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::extract::Request;
    /// use palisade::Caller;
    ///
    /// /// The key of a rate limit.
    /// fn key(request: &Request) -> Option<String> {
    ///     let caller = Caller::of(request)?;
    ///     Some(format!("{} {}", caller.issuer(), caller.subject()))
    /// }
    /// ```
    pub fn of<B>(request: &http::Request<B>) -> Option<Self> {
        shared(request.headers(), request.extensions()).ok()?
    }
}

/// For inner layers, for extractors of the API, and for services that a handler forwards its request to.
///
/// The `Caller` argument of a handler comes from its guard directly.
impl<S, C> FromRequestParts<S> for Caller<C>
where
    S: Sync,
    C: CallerClaims,
{
    type Rejection = NoCaller;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoCaller> {
        shared(&parts.headers, &parts.extensions)?.ok_or(NoCaller::OUTSIDE)
    }
}

/// For inner layers of `#[public]` and `#[secured]` handlers: `None` if the handler is public.
///
/// Outside the guard, it is rejected. As an argument of a handler, it does not compile.
impl<S, C> OptionalFromRequestParts<S> for Caller<C>
where
    S: Sync,
    C: CallerClaims,
{
    type Rejection = NoCaller;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, NoCaller> {
        shared(&parts.headers, &parts.extensions)
    }
}

/// The rejection of [`Caller`] outside a `#[secured]` handler and its [inner
/// layers](crate::SecureRouter::inner_layer).
///
/// A `#[secured]` handler never returns it for its own arguments. An extractor or inner layer that extracts
/// a `Caller` itself returns it
///
/// - outside such a handler, even if another guard has authorized the request before;
/// - if the request no longer has the `Authorization` header that the guard has authorized;
/// - for typed claims: in an extractor, if they are not an argument of the handler; in an inner layer, if the
///   claims of the token do not match them.
///
/// The response is 500; for claims that do not match, it is the 401 of the guard.
#[derive(Clone)]
pub struct NoCaller(Option<ResourceServer>);

impl NoCaller {
    /// The rejection of a handler without a caller.
    pub(crate) const OUTSIDE: Self = Self(None);

    /// Returns the server whose token has claims that do not match.
    pub(crate) fn refused_by(&self) -> Option<&ResourceServer> {
        self.0.as_ref()
    }
}

impl fmt::Debug for NoCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoCaller").finish_non_exhaustive()
    }
}

impl fmt::Display for NoCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            None => {
                "no authenticated caller with these claims; `Caller` requires a `#[secured]` handler"
            }
            Some(_) => "the claims of the token do not match the type of the caller",
        })
    }
}

impl std::error::Error for NoCaller {}
