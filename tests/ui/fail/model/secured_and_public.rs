//! A handler is one or the other.

use palisade::prelude::*;

#[secured(authenticated)]
#[public(reason = "a test")]
async fn list() {}

fn main() {}
