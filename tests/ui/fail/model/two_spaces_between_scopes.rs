//! RFC 6749 section 3.3: exactly one space.

use palisade::prelude::*;

#[secured(scopes = "orders:read  orders:write")]
async fn list() {}

fn main() {}
