//! A scope of some builds is implied.

use palisade::prelude::*;

scopes! {
    /// Read orders.
    #[cfg(test)]
    pub ORDERS_READ = "orders:read";
    /// Create and change orders.
    pub ORDERS_WRITE = "orders:write" implies ORDERS_READ;
}

fn main() {}
