//! A public handler needs no ticket.

use palisade::prelude::*;

#[public(reason = "a test", ticket)]
async fn events() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(events));
}
