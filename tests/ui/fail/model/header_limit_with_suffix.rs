//! A number, of no type.

use palisade::prelude::*;

#[secured(authenticated, header_limit = 100usize)]
async fn list() {}

fn main() {}
