//! A handler has Rust's own ABI.

use palisade::prelude::*;

#[secured(authenticated)]
async extern "C" fn list() {}

fn main() {}
