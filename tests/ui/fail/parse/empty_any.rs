//! An empty list means nobody, not everybody.

use palisade::prelude::*;

#[secured(scopes = any())]
async fn list() {}

fn main() {}
