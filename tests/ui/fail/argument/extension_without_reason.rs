//! Nothing states why an extension has no text of the client.

use axum::Extension;
use palisade::prelude::*;

#[derive(Clone)]
struct Tenant(String);

#[secured(authenticated)]
async fn create(_: Extension<Tenant>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
