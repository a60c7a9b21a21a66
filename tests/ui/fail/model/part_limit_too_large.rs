//! A thousand is the most.

use palisade::prelude::*;

#[public(reason = "a test", part_limit = 1_001)]
async fn list() {}

fn main() {}
