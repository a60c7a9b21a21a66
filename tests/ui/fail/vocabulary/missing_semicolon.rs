//! Every entry ends with a semicolon.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "orders:read"
    /// Write.
    WRITE = "orders:write";
}

fn main() {}
