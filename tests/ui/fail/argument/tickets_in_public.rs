//! A public handler has no caller, who could obtain a ticket.

use palisade::prelude::*;
use palisade::{Ticket, TicketError, Tickets};

#[secured(authenticated, ticket)]
async fn events() {}

#[public(reason = "a test")]
async fn issue(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(events).post(issue));
}
