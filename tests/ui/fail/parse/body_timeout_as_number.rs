//! A time has a unit, so it is text.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = 10)]
async fn list() {}

fn main() {}
