//! A thousand is the most.

use palisade::prelude::*;

#[secured(authenticated, header_limit = 1_001)]
async fn list() {}

fn main() {}
