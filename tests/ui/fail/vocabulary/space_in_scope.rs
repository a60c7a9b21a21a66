//! An entry is one scope.

use palisade::prelude::*;

scopes! {
    /// Read and write.
    BOTH = "orders:read orders:write";
}

fn main() {}
