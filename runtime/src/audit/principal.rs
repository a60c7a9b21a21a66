//! The authenticated sender of a request, as events name it.

#[cfg(feature = "relying-party")]
use crate::session::Login;
use crate::token::VerifiedToken;

/// The authenticated sender of a request.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "only events read it")
)]
pub(crate) enum Principal<'a> {
    Token(&'a VerifiedToken),
    #[cfg(feature = "relying-party")]
    Login(&'a Login),
}

#[cfg(feature = "tracing")]
#[cfg_attr(
    not(feature = "relying-party"),
    allow(clippy::unnecessary_wraps, reason = "a login has no token")
)]
impl<'a> Principal<'a> {
    pub(super) fn issuer(self) -> &'a str {
        match self {
            Self::Token(token) => token.issuer(),
            #[cfg(feature = "relying-party")]
            Self::Login(login) => login.issuer(),
        }
    }

    pub(super) fn client_id(self) -> Option<&'a str> {
        match self {
            Self::Token(token) => token.client_id(),
            #[cfg(feature = "relying-party")]
            Self::Login(login) => Some(login.client_id()),
        }
    }

    pub(super) fn subject_hash(self) -> Option<&'a str> {
        match self {
            Self::Token(token) => token.subject_hash(),
            #[cfg(feature = "relying-party")]
            Self::Login(login) => login.subject_hash(),
        }
    }

    /// Returns the token, unless the sender has a session.
    pub(super) fn token(self) -> Option<&'a VerifiedToken> {
        match self {
            Self::Token(token) => Some(token),
            #[cfg(feature = "relying-party")]
            Self::Login(_) => None,
        }
    }

    /// Returns the kind of credential, unless it is a token.
    pub(super) fn credential(self) -> Option<&'static str> {
        match self {
            Self::Token(_) => None,
            #[cfg(feature = "relying-party")]
            Self::Login(_) => Some("session"),
        }
    }
}
