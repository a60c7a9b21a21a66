//! The second was probably meant to be another.

use palisade::prelude::*;

scopes! {
    /// Read.
    READ = "read";
}

#[secured(scopes = any(READ, READ))]
async fn list() {}

fn main() {}
