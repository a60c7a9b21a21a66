//! RFC 6749 section 3.3: no quote.

use palisade::prelude::*;

#[secured(scopes = "orders\"read")]
async fn list() {}

fn main() {}
