//! A duplicate in a text is probably a typo.

use palisade::prelude::*;

#[secured(scopes = "orders:read orders:read")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
