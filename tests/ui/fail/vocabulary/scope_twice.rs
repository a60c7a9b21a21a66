//! One scope, one name.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "orders:read";
    /// Read again.
    LIST = "orders:read";
}

fn main() {}
