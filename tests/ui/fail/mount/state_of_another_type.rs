//! The state is the router's.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list(_: State<u8>) {}

fn main() {
    let _ = SecureRouter::<String>::new().route("/orders", get(list));
}
