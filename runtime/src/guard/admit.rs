//! One request's way through the guard.

use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::guard::{Refusal, Refused};
use crate::policy::Declaration;
use crate::resource_server::ResourceServer;
use crate::token::{Credential, TokenError, VerifiedToken};

/// Stands before every handler of an [`Api`](crate::Api).
#[derive(Clone)]
pub(crate) struct Guard {
    server: ResourceServer,
}

/// What the guard let through.
pub(crate) enum Admission {
    /// A request that needs no caller.
    Public,
    /// A request whose caller satisfies the declaration.
    Authorized(Authorized),
}

/// Proof that a token was verified and satisfies a declaration.
#[derive(Clone)]
pub(crate) struct Authorized {
    token: Arc<VerifiedToken>,
}

impl Authorized {
    pub(crate) fn token(&self) -> &Arc<VerifiedToken> {
        &self.token
    }

    pub(crate) fn into_token(self) -> Arc<VerifiedToken> {
        self.token
    }
}

impl Guard {
    pub(crate) fn new(server: ResourceServer) -> Self {
        Self { server }
    }

    pub(crate) fn server(&self) -> &ResourceServer {
        &self.server
    }

    /// Says yes or no from the request's head alone.
    pub(crate) async fn admit(
        &self,
        declaration: &Declaration,
        headers: &HeaderMap,
    ) -> Result<Admission, Refused> {
        let most = declaration.limits.header_limit;
        if headers.len() > most {
            return Err(Refusal::TooManyHeaders(most).into());
        }
        if declaration.is_public() {
            return Ok(Admission::Public);
        }
        let token = self.authenticate(headers).await?;
        if let Err(lacking) = declaration.access.permits(token.scopes(), token.roles()) {
            return Err(Refused::known(&token, lacking));
        }
        Ok(Admission::Authorized(Authorized { token }))
    }

    async fn authenticate(&self, headers: &HeaderMap) -> Result<Arc<VerifiedToken>, Refused> {
        let values = headers.get_all(AUTHORIZATION).iter();
        match Credential::read(values.map(HeaderValue::as_bytes)) {
            Credential::Absent => Err(Refusal::NoCredential.into()),
            Credential::Malformed => Err(Refusal::MalformedCredential.into()),
            Credential::TooLong => Err(Refusal::InvalidToken(TokenError::TooLong).into()),
            Credential::Bearer(token) => Ok(self.server.authenticate(token).await?),
        }
    }
}
