//! A ticket for a handler that accepts none.

use palisade::prelude::*;
use palisade::{Ticket, TicketError, Tickets};

#[secured(authenticated)]
async fn events() {}

#[secured(authenticated)]
async fn issue(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(events).post(issue));
}
