//! RFC 6749 section 3.3: the separator is a space.

use palisade::prelude::*;

#[secured(scopes = "orders:read\torders:write")]
async fn list() {}

fn main() {}
