//! There is nothing to borrow from.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list(_: &str) {}

fn main() {}
