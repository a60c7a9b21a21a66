//! There are no hours.

use palisade::prelude::*;

#[secured(authenticated, body_timeout = "1 h")]
async fn list() {}

fn main() {}
