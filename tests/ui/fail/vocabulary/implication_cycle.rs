//! A scope implies itself through another one.

use palisade::prelude::*;

scopes! {
    /// Read orders.
    pub READ = "orders:read" implies ADMIN;
    /// Create and change orders.
    pub WRITE = "orders:write" implies READ;
    /// Administer the shop.
    pub ADMIN = "admin" implies WRITE;
}

fn main() {}
