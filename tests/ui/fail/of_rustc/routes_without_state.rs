//! The return type of a function is compared by rustc: no trait is involved.

use palisade::prelude::*;

#[derive(Clone)]
struct Orders;

#[secured(authenticated)]
async fn list(_: State<Orders>) {}

fn routes() -> SecureRouter {
    SecureRouter::new().route("/orders", get(list))
}

fn main() {
    let _ = routes();
}
