//! Two words without a comma.

use palisade::prelude::*;

#[secured(authenticated body_limit = "1 KiB")]
async fn list() {}

fn main() {}
