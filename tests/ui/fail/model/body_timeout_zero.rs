//! No time at all lets no body in.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "0 s")]
async fn list() {}

fn main() {}
