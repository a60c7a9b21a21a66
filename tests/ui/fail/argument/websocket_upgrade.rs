//! An extractor of axum that Palisade does not know.

use palisade::prelude::*;

#[secured(authenticated)]
async fn connect(_: Caller, _: axum::extract::WebSocketUpgrade) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(connect));
}
