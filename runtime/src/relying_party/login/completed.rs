//! A completed login.

use std::fmt;

use crate::input::types::ReturnTo;
use crate::relying_party::id_token::{IdToken, IdTokenClaims};
use crate::relying_party::token_response::TokenResponse;

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

/// Prints the page only.
impl fmt::Debug for CompletedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletedLogin")
            .field("return_to", &self.return_to)
            .finish_non_exhaustive()
    }
}
