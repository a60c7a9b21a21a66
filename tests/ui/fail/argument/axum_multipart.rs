//! axum's `Multipart` is not checked.

use palisade::prelude::*;

#[secured(authenticated)]
async fn upload(_: axum::extract::Multipart) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(upload));
}
