//! A limit has a unit.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "64")]
async fn list() {}

fn main() {}
