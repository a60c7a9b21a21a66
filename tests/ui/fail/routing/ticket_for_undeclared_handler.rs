//! A ticket for a function without a declaration.

use palisade::prelude::*;
use palisade::{Ticket, TicketError, Tickets};

async fn events() {}

#[secured(authenticated)]
async fn issue(tickets: Tickets) -> Result<Ticket, TicketError> {
    tickets.issue(events)
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(issue));
}
