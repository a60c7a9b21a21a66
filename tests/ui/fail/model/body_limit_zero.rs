//! Nothing at all is no limit.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "0 KiB")]
async fn list() {}

fn main() {}
