//! The guard: authenticates a request and authorizes it, in that order.

use std::sync::Arc;

use axum::http::Extensions;
use axum::http::Method;
use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::clock::Clock;
use crate::guard::{Caller, CallerClaims, Refusal, RefusalCause};
use crate::policy::{Access, Declaration, TokenAccess};
use crate::resource_server::ResourceServer;
#[cfg(feature = "relying-party")]
use crate::session::{Login, SessionRefusal, Sessions};
use crate::steps::{self, Step};
use crate::token::{Credential, TokenError, VerifiedToken};

/// Runs before every handler of an [`Api`](crate::Api).
#[derive(Clone)]
pub(crate) struct Guard {
    server: ResourceServer,
}

/// The guard's decision to serve a request.
pub(crate) enum Allowed {
    /// The handler is public: no token was read.
    Public,
    /// The token satisfies the declaration.
    Authorized(Authorized),
    /// The session satisfies the declaration.
    #[cfg(feature = "relying-party")]
    LoggedIn(Login),
}

/// Proof that a token is valid and satisfies a declaration, with the callers decoded from it.
///
/// Only [`Guard::authorize`] creates it. A handler's own `Caller` arguments read it directly, and
/// not through the extensions of the request, which layers can write.
#[derive(Clone)]
pub(crate) struct Authorized {
    token: Arc<VerifiedToken>,
    clock: Arc<dyn Clock>,
    callers: DecodedClaims,
}

/// Each `Caller<C>` with decoded claims, by type.
pub(crate) type DecodedClaims = Extensions;

impl Authorized {
    pub(crate) fn token(&self) -> &Arc<VerifiedToken> {
        &self.token
    }

    /// Returns the declaration's next access if it would refuse the token.
    pub(crate) fn refusing_next<'d>(&self, declaration: &'d Declaration) -> Option<&'d Access> {
        let next = declaration.next.as_ref()?;
        let token = &self.token;
        let permits = |access: TokenAccess| access.permits(token.scopes(), token.roles()).is_ok();
        (!next.for_token().is_some_and(permits)).then_some(next)
    }

    /// Decodes and validates the typed claims `C`, unless `C` reads none.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::TypedClaims`] if the claims do not match the type or break its rules.
    pub(crate) fn decode_claims<C: CallerClaims>(&mut self) -> Result<(), TokenError> {
        if let Some(claims) = C::decode(&self.token)? {
            let caller = self.caller_with(claims);
            self.callers.insert(caller);
        }
        Ok(())
    }

    /// Takes the decoded claims, after which there is no caller with claims.
    pub(crate) fn take_claims(&mut self) -> DecodedClaims {
        std::mem::take(&mut self.callers)
    }

    /// Returns the caller, or `None` if the claims `C` were not decoded.
    pub(crate) fn caller<C: CallerClaims>(&self) -> Option<Caller<C>> {
        match C::without_decoding() {
            Some(claims) => Some(self.caller_with(claims)),
            None => self.callers.get::<Caller<C>>().cloned(),
        }
    }

    fn caller_with<C>(&self, claims: C) -> Caller<C> {
        Caller::new(Arc::clone(&self.token), Arc::clone(&self.clock), claims)
    }
}

impl Guard {
    pub(crate) fn new(server: ResourceServer) -> Self {
        Self { server }
    }

    pub(crate) fn server(&self) -> &ResourceServer {
        &self.server
    }

    /// Checks the number of header fields, before anything in them is read.
    ///
    /// # Errors
    ///
    /// Returns the refusal if there are too many.
    pub(crate) fn check_header_limit(
        declaration: &Declaration,
        headers: &HeaderMap,
    ) -> Result<(), RefusalCause> {
        let limit = declaration.limits.header_limit;
        if headers.len() > limit {
            return Err(RefusalCause::TooManyHeaders { limit });
        }
        Ok(())
    }

    /// Decides whether to serve a request with this method and these header fields.
    ///
    /// # Errors
    ///
    /// Returns a refusal if the token is missing or not valid, or if it does not satisfy the
    /// declaration.
    pub(crate) async fn authorize(
        &self,
        declaration: &Declaration,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Allowed, Refusal> {
        if let Some(decided) = self.authorize_at_once(declaration, headers) {
            return decided;
        }
        // boxed, so that the future of a cached token stays small
        Box::pin(self.authorize_or_wait(declaration, method, headers)).await
    }

    /// Decides without waiting, if the decision needs no session, no key for a new token and no other server.
    fn authorize_at_once(
        &self,
        declaration: &Declaration,
        headers: &HeaderMap,
    ) -> Option<Result<Allowed, Refusal>> {
        if declaration.is_public() {
            return Some(Ok(Allowed::Public));
        }
        if declaration.access.admits_login() {
            return None;
        }
        let access = declaration.access.for_token()?;
        steps::begin(Step::Credential);
        let token = match bearer_token(headers) {
            Ok(token) => token,
            Err(cause) => return Some(Err(cause.into())),
        };
        let token = match self.server.authenticate_cached(token)? {
            Ok(token) => token,
            Err(rejected) => return Some(Err(rejected.into())),
        };
        Some(self.permit(&access, token))
    }

    async fn authorize_or_wait(
        &self,
        declaration: &Declaration,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Allowed, Refusal> {
        let access = &declaration.access;
        #[cfg(feature = "relying-party")]
        if access.admits_login()
            && let Some(login) = self.login(access, method, headers).await?
        {
            return Ok(Allowed::LoggedIn(login));
        }
        #[cfg(not(feature = "relying-party"))]
        let _ = method;
        steps::begin(Step::Credential);
        let Some(access) = access.for_token() else {
            return Err(RefusalCause::MissingCredential.into());
        };
        let token = self.server.authenticate(bearer_token(headers)?).await?;
        self.permit(&access, token)
    }

    /// Checks that a valid token satisfies a declaration.
    fn permit(&self, access: &TokenAccess, token: Arc<VerifiedToken>) -> Result<Allowed, Refusal> {
        steps::begin(Step::Requirement);
        if let Err(unmet) = access.permits(token.scopes(), token.roles()) {
            return Err(Refusal::with_token(unmet, &token));
        }
        Ok(Allowed::Authorized(Authorized {
            token,
            clock: Arc::clone(self.server.clock()),
            callers: DecodedClaims::new(),
        }))
    }

    /// Returns the login of the request's session, or `None` if a token decides.
    #[cfg(feature = "relying-party")]
    async fn login(
        &self,
        access: &Access,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Option<Login>, RefusalCause> {
        // a token that is not valid is never replaced by a session
        let token_decides = matches!(access, Access::LoginOr(_))
            && (headers.contains_key(AUTHORIZATION) || !Sessions::is_named_in(headers));
        if token_decides {
            return Ok(None);
        }
        steps::begin(Step::Session);
        let refused = RefusalCause::Session(SessionRefusal::Missing);
        let sessions = self.server.sessions().ok_or(refused)?;
        let login = sessions.authenticate(method, headers).await;
        let login = login.map_err(RefusalCause::Session)?;
        let hash = self.server.hash_subject(login.issuer(), login.subject());
        Ok(Some(login.with_subject_hash(hash)))
    }
}

/// Returns the bearer token in the `Authorization` header; nothing in it is checked.
fn bearer_token(headers: &HeaderMap) -> Result<&[u8], RefusalCause> {
    let values = headers.get_all(AUTHORIZATION).iter();
    match Credential::read(values.map(HeaderValue::as_bytes)) {
        Credential::Absent => Err(RefusalCause::MissingCredential),
        Credential::Malformed => Err(RefusalCause::MalformedCredential),
        Credential::Bearer(token) => Ok(token),
    }
}
