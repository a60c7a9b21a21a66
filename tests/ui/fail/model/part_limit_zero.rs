//! A handler without parts takes no multipart form.

use palisade::prelude::*;

#[secured(authenticated, part_limit = 0)]
async fn list() {}

fn main() {}
