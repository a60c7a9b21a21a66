//! So has this one.

use palisade::prelude::*;

#[secured(authenticated, unvalidated = "")]
async fn list(_: Unvalidated<String>) {}

fn main() {}
