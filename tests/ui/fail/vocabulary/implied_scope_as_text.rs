//! An implied scope is named by its text.

use palisade::prelude::*;

scopes! {
    /// Read orders.
    pub ORDERS_READ = "orders:read";
    /// Create and change orders.
    pub ORDERS_WRITE = "orders:write" implies "orders:read";
}

fn main() {}
