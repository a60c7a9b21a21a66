//! An implied scope is misspelled.

use palisade::prelude::*;

scopes! {
    /// Read orders.
    pub ORDERS_READ = "orders:read";
    /// Create and change orders.
    pub ORDERS_WRITE = "orders:write" implies ORDERS_RAED;
}

fn main() {}
