//! Handlers and router share one state.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list(_: State<u8>) {}

fn main() {
    let _ = SecureRouter::<String>::new().route("/orders", get(list));
}
