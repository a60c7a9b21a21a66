//! Tickets: single-use values that authenticate one request in place of a token.
//!
//! A secured handler issues a ticket to its caller. The guard of a route that accepts tickets takes the ticket out
//! of the request and puts the token that obtained it there; then it authorizes the request like any other.

mod issuer;
mod presented;
mod store;
mod ticket;

pub(crate) use self::issuer::TicketIssuer;
#[cfg(any(feature = "attack", feature = "openapi"))]
pub(crate) use self::presented::TICKET_PARAMETER;
pub(crate) use self::presented::{hide_tickets, restore_tickets};
pub(crate) use self::store::{TicketRefusal, TicketStore};
pub use self::ticket::{Ticket, TicketError};
