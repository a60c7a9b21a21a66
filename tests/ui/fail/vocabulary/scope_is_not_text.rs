//! A scope is text.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = 7;
}

fn main() {}
