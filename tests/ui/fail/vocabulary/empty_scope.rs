//! A scope is not empty.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "";
}

fn main() {}
