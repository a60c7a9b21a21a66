//! Ten thousand is the most.

use palisade::prelude::*;

#[public(reason = "a test", parameter_limit = 10_001)]
async fn list() {}

fn main() {}
