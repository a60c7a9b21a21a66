//! Every scope has a description.

use palisade::prelude::*;

scopes! {
    READ = "orders:read";
}

fn main() {}
