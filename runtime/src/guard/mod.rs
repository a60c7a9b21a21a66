//! Authentication, then authorization, and the [`Caller`] that results.
//!
//! Comes after the resource server, which validates tokens, and before any extractor. Only this
//! room creates the proof [`Authorized`].

mod authorize;
mod caller;
#[cfg(any(feature = "authorization-server", feature = "tls"))]
mod client_certificate;
mod refusal;
mod shared;
mod tickets;

pub(crate) use self::authorize::{Allowed, Authorized, DecodedClaims, Guard};
pub use self::caller::{Caller, CallerClaims, Identity, NoClaims};
#[cfg(any(feature = "authorization-server", feature = "tls"))]
pub use self::client_certificate::ClientCertificate;
#[cfg(feature = "tls")]
pub(crate) use self::client_certificate::PresentedCertificate;
pub(crate) use self::refusal::{Refusal, RefusalCause};
pub use self::shared::NoCaller;
pub(crate) use self::shared::{SharedProof, remove_callers};
#[cfg(any(feature = "attack", feature = "openapi"))]
pub(crate) use self::tickets::TICKET_PARAMETER;
pub use self::tickets::{Ticket, TicketError};
pub(crate) use self::tickets::{
    TicketIssuer, TicketRefusal, TicketStore, hide_tickets, restore_tickets,
};
