//! A completed login.

use std::fmt;

use crate::input::types::ReturnTo;
use crate::relying_party::id_token::{IdToken, IdTokenClaims};
use crate::relying_party::token_response::TokenResponse;
use crate::session::NewLogin;

/// A user who has logged in, verified: only [`Logins::complete`](super::Logins::complete) creates it.
///
/// Begin a session with a new identifier for it, and keep ID token and tokens on the server. A user is identified by
/// [issuer](Self::issuer) and [subject](Self::subject) together.
pub struct CompletedLogin {
    pub(super) client_id: Box<str>,
    pub(super) id_token: IdToken,
    pub(super) tokens: TokenResponse,
    pub(super) return_to: ReturnTo,
}

impl CompletedLogin {
    /// Returns the issuer identifier of the provider.
    pub fn issuer(&self) -> &str {
        self.claims().issuer()
    }

    /// Returns the client ID.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns the user's identifier at the provider.
    pub fn subject(&self) -> &str {
        self.claims().subject()
    }

    /// Returns the claims of the ID token.
    pub fn claims(&self) -> &IdTokenClaims {
        self.id_token.claims()
    }

    /// Returns the ID token, for a logout.
    pub fn id_token(&self) -> &IdToken {
        &self.id_token
    }

    /// Returns the access token and the refresh token.
    pub fn tokens(&self) -> &TokenResponse {
        &self.tokens
    }

    /// Returns the page to which the browser returns.
    pub fn return_to(&self) -> &ReturnTo {
        &self.return_to
    }

    /// Returns ID token, tokens and page by value.
    pub fn into_parts(self) -> (IdToken, TokenResponse, ReturnTo) {
        (self.id_token, self.tokens, self.return_to)
    }
}

/// The claims of the protocol, which say nothing about the user.
const PROTOCOL_CLAIMS: [&str; 4] = ["nonce", "at_hash", "c_hash", "s_hash"];

/// Has all claims of the ID token but those of the protocol (`nonce` and hashes), and its `sid` for back-channel logout.
impl From<&CompletedLogin> for NewLogin {
    fn from(completed: &CompletedLogin) -> Self {
        let claims = completed.claims();
        let is_shown = |name: &&String| !PROTOCOL_CLAIMS.contains(&name.as_str());
        let members = claims.all().iter().filter(|(name, _)| is_shown(name));
        let members = members.map(|(name, value)| (name.clone(), value.clone()));
        let mut login = Self::new(
            completed.issuer(),
            completed.client_id(),
            completed.subject(),
        )
        .claims(members.collect());
        if let Some(acr) = claims.acr() {
            login = login.acr(acr);
        }
        if let Some(time) = claims.authenticated_at() {
            login = login.auth_time(time);
        }
        if let Some(sid) = claims.session_id() {
            login = login.provider_session(sid);
        }
        login
    }
}

/// Prints the page only.
impl fmt::Debug for CompletedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletedLogin")
            .field("return_to", &self.return_to)
            .finish_non_exhaustive()
    }
}
