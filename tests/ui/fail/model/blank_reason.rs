//! A reason has words.

use palisade::prelude::*;

#[public(reason = "  ")]
async fn list() {}

fn main() {}
