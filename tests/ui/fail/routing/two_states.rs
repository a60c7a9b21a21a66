//! A handler that extracts two states needs a router with both.

use palisade::prelude::*;

#[derive(Clone)]
struct Orders;

#[derive(Clone)]
struct Customers;

#[secured(authenticated)]
async fn list(_: State<Orders>, _: State<Customers>) {}

fn main() {
    let _ = SecureRouter::<Orders>::new().route("/orders", get(list));
}
