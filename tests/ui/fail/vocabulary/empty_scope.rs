//! A scope has a name.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "";
}

fn main() {}
