//! `Valid` accepts extractors only.

use palisade::prelude::*;

struct Subdomain;

#[public(reason = "a shop")]
async fn shop(_: Valid<Subdomain>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(shop));
}
