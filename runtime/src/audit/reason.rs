//! Why a request was let through or refused: a closed list.

use std::fmt;

use crate::token::TokenError;

/// Why a request was let through or refused, as events and counters tell it.
///
/// Of a token the caller never learns it: every bad one is answered alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The endpoint is public.
    Public,
    /// The token satisfies the declaration.
    Authorized,
    /// The request has more header fields than the handler takes; no token was looked at.
    TooManyHeaders,
    /// No credential was sent.
    NoCredential,
    /// Several credentials, or one that is no bearer credential.
    MalformedCredential,
    /// The token is malformed or too long: it was not looked into.
    MalformedToken,
    /// The header or its algorithm, type or extensions are refused.
    RefusedHeader,
    /// No trusted key fits.
    UnknownKey,
    /// The signature does not verify.
    BadSignature,
    /// A claim is missing, has the wrong type or an impossible value.
    BadClaims,
    /// The token is another issuer's than the key's.
    WrongIssuer,
    /// The token is meant for another audience.
    WrongAudience,
    /// The token has expired.
    Expired,
    /// The token is not valid yet.
    NotYetValid,
    /// The token lives longer than its issuer's tokens may.
    LifetimeTooLong,
    /// The token is bound to a key whose proof cannot be checked.
    BoundToken,
    /// The token is an ID token.
    IdToken,
    /// The issuer does not call the token active.
    Inactive,
    /// The token has been revoked.
    Revoked,
    /// The token's claims do not fit the type that the handler asks for.
    TypedClaims,
    /// The token holds too few scopes or roles.
    InsufficientScope,
    /// The issuer's keys are not there.
    KeysUnavailable,
    /// The issuer does not say what its tokens are.
    IntrospectionUnavailable,
    /// The store of revocations does not answer.
    RevocationsUnavailable,
    /// The body has no label, another one or two.
    UnsupportedMediaType,
    /// The body is compressed or otherwise coded.
    UnsupportedContentCoding,
    /// The body is larger than the handler takes.
    BodyTooLarge,
    /// The body was not there in time.
    BodyTimeout,
    /// The body broke off.
    IncompleteBody,
    /// The input cannot be decoded, whatever it was meant for.
    MalformedInput,
    /// The input is not of the handler's type.
    TypeMismatch,
    /// The input breaks rules of its type.
    InvalidInput,
    /// An extractor that is not Palisade's answered with a client's error.
    RejectedByExtractor,
}

impl Reason {
    /// The reason as events and counters spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Authorized => "authorized",
            Self::TooManyHeaders => "too_many_headers",
            Self::NoCredential => "no_credential",
            Self::MalformedCredential => "malformed_credential",
            Self::MalformedToken => "malformed_token",
            Self::RefusedHeader => "refused_header",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::BadClaims => "bad_claims",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::LifetimeTooLong => "lifetime_too_long",
            Self::BoundToken => "bound_token",
            Self::IdToken => "id_token",
            Self::Inactive => "inactive",
            Self::Revoked => "revoked",
            Self::TypedClaims => "typed_claims",
            Self::InsufficientScope => "insufficient_scope",
            Self::KeysUnavailable => "keys_unavailable",
            Self::IntrospectionUnavailable => "introspection_unavailable",
            Self::RevocationsUnavailable => "revocations_unavailable",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::UnsupportedContentCoding => "unsupported_content_coding",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyTimeout => "body_timeout",
            Self::IncompleteBody => "incomplete_body",
            Self::MalformedInput => "malformed_input",
            Self::TypeMismatch => "type_mismatch",
            Self::InvalidInput => "invalid_input",
            Self::RejectedByExtractor => "rejected_by_extractor",
        }
    }

    /// Whether the request is let through.
    pub const fn allows(self) -> bool {
        matches!(self, Self::Public | Self::Authorized)
    }

    /// The event's name in the OWASP logging vocabulary.
    ///
    /// `authn_token_reuse` is a revoked token that is used again, `authz_fail` a caller who is
    /// known and may not. The vocabulary has no word for a token that is accepted or refused:
    /// the ones for a login stand for it, and `public_access` is our own.
    pub const fn event(self) -> &'static str {
        match self {
            Self::Public => "public_access",
            Self::Authorized => "authn_login_success",
            Self::TooManyHeaders
            | Self::UnsupportedMediaType
            | Self::UnsupportedContentCoding
            | Self::BodyTooLarge
            | Self::BodyTimeout
            | Self::IncompleteBody
            | Self::MalformedInput
            | Self::TypeMismatch
            | Self::InvalidInput
            | Self::RejectedByExtractor => "input_validation_fail",
            Self::InsufficientScope => "authz_fail",
            Self::Revoked => "authn_token_reuse",
            _ => "authn_login_fail",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<TokenError> for Reason {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::TooLong | TokenError::NotCompact => Self::MalformedToken,
            TokenError::MalformedHeader
            | TokenError::Algorithm
            | TokenError::Type
            | TokenError::CriticalHeader => Self::RefusedHeader,
            TokenError::UnknownKey => Self::UnknownKey,
            TokenError::Signature => Self::BadSignature,
            TokenError::MalformedClaims
            | TokenError::MissingClaim(_)
            | TokenError::WrongClaim(_)
            | TokenError::Scope => Self::BadClaims,
            TokenError::Issuer => Self::WrongIssuer,
            TokenError::Audience => Self::WrongAudience,
            TokenError::Expired => Self::Expired,
            TokenError::NotYetValid => Self::NotYetValid,
            TokenError::Lifetime => Self::LifetimeTooLong,
            TokenError::Binding => Self::BoundToken,
            TokenError::IdToken => Self::IdToken,
            TokenError::Inactive => Self::Inactive,
            TokenError::Revoked => Self::Revoked,
            TokenError::TypedClaims => Self::TypedClaims,
        }
    }
}
