//! RFC 6749 section 3.3: printable ASCII.

use palisade::prelude::*;

#[secured(scopes = "bestellungen:öffnen")]
async fn list() {}

fn main() {}
