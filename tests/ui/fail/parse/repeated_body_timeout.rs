//! Which of the two would hold?

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "10 s", body_timeout = "20 s")]
async fn list() {}

fn main() {}
