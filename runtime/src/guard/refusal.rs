//! The guard's decision not to serve a request. The room `response` turns it into HTTP.

use std::sync::Arc;

use crate::audit::Reason;
use crate::guard::tickets::TicketRefusal;
use crate::policy::UnmetRequirement;
#[cfg(feature = "relying-party")]
use crate::session::SessionRefusal;
use crate::token::{
    Dependency, RejectedToken, TokenError, TokenRejection, Unavailable, VerifiedToken,
};

/// The guard's decision not to serve a request.
pub(crate) struct Refusal {
    pub(crate) cause: RefusalCause,
    /// The token, if it was verified. Only audit events use it.
    pub(crate) token: Option<Arc<VerifiedToken>>,
}

/// The cause of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusalCause {
    /// The request has more header fields than the limit.
    TooManyHeaders { limit: usize },
    /// There is no `Authorization` header, or its scheme is not `Bearer`.
    MissingCredential,
    /// There are several `Authorization` headers, or the bearer credential is malformed.
    MalformedCredential,
    /// The credential is not a valid token.
    InvalidToken(TokenError),
    /// The ticket does not authenticate the request.
    Ticket(TicketRefusal),
    /// No session authenticates the request.
    #[cfg(feature = "relying-party")]
    Session(SessionRefusal),
    /// The token cannot be validated at present.
    Unavailable(Unavailable),
    /// The token is valid but does not have the required scopes or roles.
    Insufficient(UnmetRequirement),
}

impl Refusal {
    /// Refuses a request whose token was verified.
    pub(crate) fn with_token(cause: impl Into<RefusalCause>, token: &Arc<VerifiedToken>) -> Self {
        Self {
            cause: cause.into(),
            token: Some(Arc::clone(token)),
        }
    }
}

impl RefusalCause {
    /// Returns the reason that audit events and counters report.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::TooManyHeaders { .. } => Reason::TooManyHeaders,
            Self::MissingCredential => Reason::NoCredential,
            Self::MalformedCredential | Self::Ticket(TicketRefusal::SeveralCredentials) => {
                Reason::MalformedCredential
            }
            Self::InvalidToken(error) => Reason::from(*error),
            Self::Ticket(TicketRefusal::Unknown) => Reason::UnknownTicket,
            Self::Ticket(TicketRefusal::Expired) => Reason::ExpiredTicket,
            Self::Ticket(TicketRefusal::Misused) => Reason::MisusedTicket,
            #[cfg(feature = "relying-party")]
            Self::Session(refusal) => match refusal {
                SessionRefusal::Missing => Reason::NoCredential,
                SessionRefusal::Malformed => Reason::MalformedCredential,
                SessionRefusal::Unknown => Reason::UnknownSession,
                SessionRefusal::Expired => Reason::ExpiredSession,
                SessionRefusal::CrossOrigin => Reason::CrossOrigin,
                SessionRefusal::Unavailable => Reason::SessionsUnavailable,
            },
            Self::Unavailable(unavailable) => match unavailable.dependency {
                Dependency::Keys => Reason::KeysUnavailable,
                #[cfg(feature = "introspection")]
                Dependency::Introspection => Reason::IntrospectionUnavailable,
                Dependency::Revocations => Reason::RevocationsUnavailable,
            },
            Self::Insufficient(_) => Reason::InsufficientScope,
        }
    }
}

impl From<RefusalCause> for Refusal {
    fn from(cause: RefusalCause) -> Self {
        Self { cause, token: None }
    }
}

impl From<RejectedToken> for Refusal {
    fn from(rejected: RejectedToken) -> Self {
        Self {
            cause: rejected.rejection.into(),
            token: rejected.token,
        }
    }
}

impl From<TokenRejection> for RefusalCause {
    fn from(rejection: TokenRejection) -> Self {
        match rejection {
            TokenRejection::Malformed => Self::MalformedCredential,
            TokenRejection::Invalid(error) => Self::InvalidToken(error),
            TokenRejection::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

impl From<TokenError> for RefusalCause {
    fn from(error: TokenError) -> Self {
        Self::InvalidToken(error)
    }
}

impl From<TicketRefusal> for RefusalCause {
    fn from(refusal: TicketRefusal) -> Self {
        Self::Ticket(refusal)
    }
}

impl From<UnmetRequirement> for RefusalCause {
    fn from(unmet: UnmetRequirement) -> Self {
        Self::Insufficient(unmet)
    }
}
