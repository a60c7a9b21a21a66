//! A limit above 1 GiB is none.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "2 GiB")]
async fn list() {}

fn main() {}
