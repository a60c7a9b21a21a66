//! A second value is not silently the one that counts.

use palisade::prelude::*;

#[secured(scopes = "orders:read", scopes = "orders:write")]
async fn list() {}

fn main() {}
