//! RFC 6749 section 3.3 excludes the quote.

use palisade::prelude::*;

#[secured(scopes = "orders\"read")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
