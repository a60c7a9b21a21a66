//! An hour is the most.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "61 min")]
async fn list() {}

fn main() {}
