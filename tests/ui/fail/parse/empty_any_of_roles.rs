//! An empty list means nobody, not everybody.

use palisade::prelude::*;

#[secured(roles = any())]
async fn list() {}

fn main() {}
