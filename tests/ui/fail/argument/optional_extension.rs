//! An extension is not optional input.

use axum::Extension;
use palisade::prelude::*;

#[derive(Clone)]
struct Tenant(String);

#[secured(authenticated)]
async fn create(_: Option<Extension<Tenant>>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
