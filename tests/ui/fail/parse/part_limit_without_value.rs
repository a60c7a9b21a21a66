//! How many is not said.

use palisade::prelude::*;

#[secured(authenticated, part_limit)]
async fn list() {}

fn main() {}
