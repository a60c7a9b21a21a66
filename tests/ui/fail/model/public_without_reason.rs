//! Why anybody may call must be said.

use palisade::prelude::*;

#[public]
async fn list() {}

fn main() {}
