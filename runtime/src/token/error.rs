//! Why a token was not accepted: the cause, for logs and tests.
//!
//! A caller only ever learns `invalid_token`.

use std::fmt;

use crate::claims::ScopeError;

/// Why a token was refused.
///
/// Carries nothing of the token itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than 8 KiB.
    TooLong,
    /// Not three base64url parts with two dots: a character outside the legal format,
    /// an empty part, a wrong count, padding, or stray bits.
    NotCompact,
    /// The header is no JSON object, repeats a member, or has one of the wrong type.
    MalformedHeader,
    /// The header's `alg` is missing, unknown or not allowed for the issuer.
    Algorithm,
    /// The header's `typ` is not the one that the issuer's profile demands, or its `cty`
    /// announces another token inside.
    Type,
    /// The header has `crit`, `b64` or `zip`.
    CriticalHeader,
    /// No trusted key fits the header's `kid` and `alg`, or several do and no `kid` says which.
    UnknownKey,
    /// The signature does not verify.
    Signature,
    /// The claims are no JSON object, or repeat a member.
    MalformedClaims,
    /// A claim is missing that the issuer's profile demands.
    MissingClaim(&'static str),
    /// A claim has the wrong JSON type, an impossible value, or another value than the header
    /// repeats of it.
    WrongClaim(&'static str),
    /// `iss` is not the issuer whose key signed.
    Issuer,
    /// `aud` does not name this API.
    Audience,
    /// `exp` has passed.
    Expired,
    /// `nbf` or `iat` lies in the future.
    NotYetValid,
    /// `exp` is not after `iat`, or the lifetime exceeds the issuer's limit.
    Lifetime,
    /// The scope is outside the grammar.
    Scope,
    /// The token is bound to a key (`cnf`), and no proof of it can be checked.
    Binding,
    /// The token is an ID token, which gives no access.
    IdToken,
    /// The issuer does not call the token active (RFC 7662 §2.2).
    Inactive,
    /// The token has been revoked.
    Revoked,
    /// The claims do not fit the type that the handler asks for.
    TypedClaims,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong => "the token is longer than 8 KiB",
            Self::NotCompact => "the token is not a JWS in compact form",
            Self::MalformedHeader => "the token's header is not a JSON object with unique members",
            Self::Algorithm => "the token's algorithm is not allowed",
            Self::Type => "the token's type is not the expected one",
            Self::CriticalHeader => "the token's header has a critical extension",
            Self::UnknownKey => "no trusted key fits the token",
            Self::Signature => "the token's signature does not verify",
            Self::MalformedClaims => "the token's claims are not a JSON object with unique members",
            Self::MissingClaim(claim) => return write!(f, "the token lacks `{claim}`"),
            Self::WrongClaim(claim) => {
                return write!(f, "the token's `{claim}` has the wrong type or value");
            }
            Self::Issuer => "the token is from another issuer than the key's",
            Self::Audience => "the token is meant for another audience",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::Lifetime => "the token's lifetime is outside the issuer's limit",
            Self::Scope => "the token's scope is outside the grammar",
            Self::Binding => "the token is bound to a key whose proof cannot be checked",
            Self::IdToken => "the token is an ID token",
            Self::Inactive => "the issuer does not call the token active",
            Self::Revoked => "the token has been revoked",
            Self::TypedClaims => "the token's claims do not fit the handler's type",
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
