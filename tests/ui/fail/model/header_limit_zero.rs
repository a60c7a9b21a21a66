//! Not even Host could be sent.

use palisade::prelude::*;

#[secured(authenticated, header_limit = 0)]
async fn list() {}

fn main() {}
