//! A vocabulary makes a typo a compile error.

use palisade::prelude::*;

scopes! {
    /// Read.
    ORDERS_READ = "orders:read";
}

#[secured(scopes = ORDERS_RAED)]
async fn list() {}

fn main() {}
