//! One of the two is meant.

use palisade::prelude::*;

#[secured(authenticated, scopes = "orders:read")]
async fn list() {}

fn main() {}
