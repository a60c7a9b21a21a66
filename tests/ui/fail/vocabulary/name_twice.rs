//! One name, one scope.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "orders:read";
    /// Write.
    READ = "orders:write";
}

fn main() {}
