//! Every scope has its own constant.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "orders:read";
    /// Write.
    READ = "orders:write";
}

fn main() {}
