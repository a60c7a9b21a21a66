//! Every scope is declared once.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "orders:read";
    /// Read again.
    LIST = "orders:read";
}

fn main() {}
