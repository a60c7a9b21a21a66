//! A handler returns a response.

use palisade::prelude::*;

struct Order;

#[secured(authenticated)]
async fn create() -> Order {
    Order
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
