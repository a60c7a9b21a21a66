//! The reason of a `TrustedExtension` contains words.

use axum::Extension;
use palisade::prelude::*;

#[derive(Clone)]
struct Tenant(String);

impl palisade::TrustedExtension for Tenant {
    const REASON: &'static str = " ";
}

#[secured(authenticated)]
async fn create(_: Extension<Tenant>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
