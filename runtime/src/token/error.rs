//! The reasons why a token is invalid.
//!
//! They are for logs and tests; clients only receive `invalid_token`.

use std::fmt;

use crate::claims::ScopeError;

/// The reason why a token is invalid.
///
/// It contains no part of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// The token is longer than the server's limit, by default 8 KiB.
    TooLong,
    /// The token is not three base64url parts separated by dots: it has a character outside the
    /// alphabet, an empty part, padding, nonzero trailing bits, or another number of parts.
    NotCompact,
    /// The header is not a JSON object with unique members, or a member has the wrong type.
    MalformedHeader,
    /// The header's `alg` is missing, unknown or not allowed for the issuer.
    Algorithm,
    /// The header's `typ` is not allowed by the issuer's profile, or its `cty` declares a nested
    /// token.
    Type,
    /// The header has `crit`, `b64` or `zip`.
    CriticalHeader,
    /// No trusted key matches the header's `kid` and `alg`, or several do and there is no `kid`.
    UnknownKey,
    /// The signature does not verify.
    Signature,
    /// The claims are not a JSON object with unique members.
    MalformedClaims,
    /// A claim that the issuer's profile requires is missing.
    MissingClaim(&'static str),
    /// A claim has the wrong JSON type or an impossible value, or differs from its copy in the
    /// header.
    WrongClaim(&'static str),
    /// `iss` is not the issuer whose key verified the signature.
    Issuer,
    /// `aud` does not contain this API.
    Audience,
    /// `exp` has passed.
    Expired,
    /// `nbf` or `iat` is in the future.
    NotYetValid,
    /// `exp` is not after `iat`, or the lifetime exceeds the issuer's limit.
    Lifetime,
    /// `scope` does not match the grammar of RFC 6749 §3.3.
    Scope,
    /// The token is bound to a key (`cnf`), and proof of possession is not supported.
    Binding,
    /// The token is an ID token, not an access token.
    IdToken,
    /// The issuer does not report the token as active (RFC 7662 §2.2).
    Inactive,
    /// The issuer's introspection response contradicts the claims of the JWT.
    ConflictingClaims,
    /// The token has been revoked.
    Revoked,
    /// The claims cannot be deserialized into the handler's type.
    TypedClaims,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong => "the token is longer than the limit",
            Self::NotCompact => "the token is not a JWS in compact form",
            Self::MalformedHeader => "the token's header is not a JSON object with unique members",
            Self::Algorithm => "the token's algorithm is not allowed",
            Self::Type => "the token's type is not allowed",
            Self::CriticalHeader => "the token's header has a critical extension",
            Self::UnknownKey => "no trusted key matches the token",
            Self::Signature => "the token's signature does not verify",
            Self::MalformedClaims => "the token's claims are not a JSON object with unique members",
            Self::MissingClaim(claim) => return write!(f, "the token has no `{claim}`"),
            Self::WrongClaim(claim) => {
                return write!(f, "the token's `{claim}` has the wrong type or value");
            }
            Self::Issuer => "the token's issuer is not the one whose key verified it",
            Self::Audience => "the token is for another audience",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::Lifetime => "the token's lifetime is outside the issuer's limit",
            Self::Scope => "the token's scope does not match the grammar of RFC 6749 section 3.3",
            Self::Binding => {
                "the token is bound to a key, and proof of possession is not supported"
            }
            Self::IdToken => "the token is an ID token",
            Self::Inactive => "the issuer does not report the token as active",
            Self::ConflictingClaims => "the introspection response contradicts the token's claims",
            Self::Revoked => "the token has been revoked",
            Self::TypedClaims => "the token's claims do not match the handler's type",
        };
        f.write_str(text)
    }
}

impl std::error::Error for TokenError {}

impl From<ScopeError> for TokenError {
    fn from(_: ScopeError) -> Self {
        Self::Scope
    }
}
