//! The reasons for decisions and rejections.

use std::fmt;

use crate::token::TokenError;

/// The reason why a request was served or refused, as audit events and counters report it.
///
/// The client does not learn why its token is not valid: the response is the same for every reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The handler is public.
    Public,
    /// The token satisfies the declaration.
    Authorized,
    /// The request has more header fields than the handler allows. The token was not read.
    TooManyHeaders,
    /// The request has no credential.
    NoCredential,
    /// The request has several credentials, or one that is not a bearer credential.
    MalformedCredential,
    /// The token is malformed. It was not decoded.
    MalformedToken,
    /// The token is longer than the server's limit. It was not decoded.
    TokenTooLong,
    /// The token header, its algorithm, type or critical extensions are not accepted.
    RejectedHeader,
    /// No trusted key matches the token.
    UnknownKey,
    /// The signature does not verify.
    BadSignature,
    /// A claim is missing, has the wrong type or an invalid value.
    BadClaims,
    /// The issuer in the token is not the issuer of the key.
    WrongIssuer,
    /// The token is for another audience.
    WrongAudience,
    /// The token has expired.
    Expired,
    /// The token is not valid yet.
    NotYetValid,
    /// The lifetime of the token exceeds the maximum for its issuer.
    LifetimeTooLong,
    /// The token is bound to a key, and its proof of possession cannot be checked.
    BoundToken,
    /// The token is an ID token.
    IdToken,
    /// The issuer reports the token as inactive.
    Inactive,
    /// The token has been revoked.
    Revoked,
    /// The claims do not match the type that the handler requires.
    TypedClaims,
    /// The ticket is not one of this API, was used before, or expired long ago.
    UnknownTicket,
    /// The ticket has expired.
    ExpiredTicket,
    /// The ticket is for another handler, path or method. It is used up.
    MisusedTicket,
    /// The cookie names no session of this application.
    UnknownSession,
    /// The session was not used for too long, or has reached its lifetime.
    ExpiredSession,
    /// Another origin has caused a request with the cookie of a session.
    CrossOrigin,
    /// The session store is unavailable.
    SessionsUnavailable,
    /// The token does not have the required scopes or roles.
    InsufficientScope,
    /// The keys of the issuer are unavailable.
    KeysUnavailable,
    /// The introspection endpoint of the issuer is unavailable.
    IntrospectionUnavailable,
    /// The revocation store is unavailable.
    RevocationsUnavailable,
    /// The `Content-Type` of the body is missing, duplicate or not the expected one.
    UnsupportedMediaType,
    /// The body has a content coding, such as compression.
    UnsupportedContentCoding,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The body did not arrive within the time limit.
    BodyTimeout,
    /// The body ended early.
    IncompleteBody,
    /// The input is malformed: no type could be decoded from it.
    MalformedInput,
    /// The input does not match the handler's type.
    TypeMismatch,
    /// The input breaks the rules of its type.
    InvalidInput,
    /// An extractor outside Palisade returned a client error (4xx).
    RejectedByExtractor,
}

impl Reason {
    /// Returns the reason as events and counters spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Authorized => "authorized",
            Self::TooManyHeaders => "too_many_headers",
            Self::NoCredential => "no_credential",
            Self::MalformedCredential => "malformed_credential",
            Self::MalformedToken => "malformed_token",
            Self::TokenTooLong => "token_too_long",
            Self::RejectedHeader => "rejected_header",
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
            Self::UnknownTicket => "unknown_ticket",
            Self::ExpiredTicket => "expired_ticket",
            Self::MisusedTicket => "misused_ticket",
            Self::UnknownSession => "unknown_session",
            Self::ExpiredSession => "expired_session",
            Self::CrossOrigin => "cross_origin",
            Self::SessionsUnavailable => "sessions_unavailable",
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

    /// Returns whether the request is served.
    pub const fn allows(self) -> bool {
        matches!(self, Self::Public | Self::Authorized)
    }

    /// Returns the event name in the OWASP logging vocabulary.
    ///
    /// `authn_token_reuse` is the use of a revoked token, `authz_fail` an authenticated caller
    /// without the required scopes or roles. The vocabulary has no names for an accepted or
    /// rejected token, so the login events are used; `session_use_after_expire` is a cookie without a session. `public_access` is not in the vocabulary.
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
            Self::UnknownSession | Self::ExpiredSession => "session_use_after_expire",
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
            TokenError::TooLong => Self::TokenTooLong,
            TokenError::NotCompact => Self::MalformedToken,
            TokenError::MalformedHeader
            | TokenError::Algorithm
            | TokenError::Type
            | TokenError::CriticalHeader => Self::RejectedHeader,
            TokenError::UnknownKey => Self::UnknownKey,
            TokenError::Signature => Self::BadSignature,
            TokenError::MalformedClaims
            | TokenError::MissingClaim(_)
            | TokenError::WrongClaim(_)
            | TokenError::ConflictingClaims
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
