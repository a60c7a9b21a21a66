//! Seconds or milliseconds?

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "10")]
async fn list() {}

fn main() {}
