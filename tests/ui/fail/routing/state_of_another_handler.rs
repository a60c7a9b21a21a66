//! The handlers of one path share one state.

use palisade::prelude::*;

#[derive(Clone)]
struct Orders;

#[derive(Clone)]
struct Customers;

#[secured(authenticated)]
async fn list(_: State<Orders>) {}

#[secured(authenticated)]
async fn create(_: State<Customers>) {}

fn main() {
    let _: SecureRouter = SecureRouter::new()
        .route("/orders", get(list).post(create))
        .with_state(Orders);
}
