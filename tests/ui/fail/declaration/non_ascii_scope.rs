//! RFC 6749 section 3.3 allows printable ASCII only.

use palisade::prelude::*;

#[secured(scopes = "bestellungen:öffnen")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
