//! Tickets are never optional.

use palisade::Tickets;
use palisade::prelude::*;

#[secured(authenticated)]
async fn issue(tickets: Option<Tickets>) -> String {
    format!("{tickets:?}")
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(issue));
}
