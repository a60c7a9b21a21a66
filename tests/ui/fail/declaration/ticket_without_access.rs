//! `ticket` does not state who may call the handler.

use palisade::prelude::*;

#[secured(ticket)]
async fn events() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(events));
}
