//! The unit alone says nothing.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "KiB")]
async fn list() {}

fn main() {}
