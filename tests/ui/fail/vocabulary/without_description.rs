//! A scope says what it permits.

use palisade::prelude::*;

scopes! {
    READ = "orders:read";
}

fn main() {}
