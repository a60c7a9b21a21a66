//! A scope of another module is implied.

use palisade::prelude::*;

scopes! {
    /// Create and change orders.
    pub ORDERS_WRITE = "orders:write" implies reading::ORDERS_READ;
}

fn main() {}
