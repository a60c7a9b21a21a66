//! `crate = …` comes first.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "orders:read";
    crate = ::palisade;
}

fn main() {}
