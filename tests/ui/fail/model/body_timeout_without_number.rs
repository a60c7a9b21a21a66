//! The unit alone says nothing.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "s")]
async fn list() {}

fn main() {}
