//! RFC 6749 section 3.3: no backslash.

use palisade::prelude::*;

#[secured(scopes = "orders\\read")]
async fn list() {}

fn main() {}
