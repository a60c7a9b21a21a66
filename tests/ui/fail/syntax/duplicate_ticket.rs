//! `ticket` appears twice.

use palisade::prelude::*;

#[secured(ticket, authenticated, ticket)]
async fn events() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(events));
}
