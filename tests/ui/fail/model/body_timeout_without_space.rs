//! One space stands before the unit.

use palisade::prelude::*;

#[public(reason = "a test", body_timeout = "10s")]
async fn list() {}

fn main() {}
