//! ID tokens: the statement of a provider about a login ([OpenID Connect Core §3.1.3.7]).
//!
//! `signed_jwt` verifies the signature; `validator` then runs each check of `checks` on the claims.
//!
//! [OpenID Connect Core §3.1.3.7]: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation

mod checks;
mod claims;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod validator;

use std::fmt;

use crate::secret::Secret;

pub(super) use self::checks::{
    MAX_ISSUED_AGE, at_most_skew_ahead, is_audience_trusted, names_another_kind,
};
pub use self::claims::IdTokenClaims;
pub(super) use self::validator::{Expected, IdTokenValidator};

/// A validated ID token.
///
/// It states who logged in, to this client only. It is not an access token: no conversion to one exists, a
/// [`ResourceServer`](crate::ResourceServer) rejects it, and an access token is rejected as an ID token.
///
/// The text of the token stays in this type, for the `id_token_hint` of a logout. `Debug` prints neither text nor
/// claims.
#[derive(Clone)]
pub struct IdToken {
    text: Secret,
    claims: IdTokenClaims,
}

impl IdToken {
    /// Returns the claims.
    pub fn claims(&self) -> &IdTokenClaims {
        &self.claims
    }

    /// Returns the text, for `id_token_hint` and for storage that is sealed.
    pub(crate) fn text(&self) -> &Secret {
        &self.text
    }
}

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdToken([redacted])")
    }
}
