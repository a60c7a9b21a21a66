//! A tuple of extractors would hide an unchecked one.

use axum::body::Bytes;
use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: (Caller, Bytes)) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
