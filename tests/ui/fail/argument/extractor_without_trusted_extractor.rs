//! An extractor of the API states why its value can be trusted.

use palisade::prelude::*;

struct Tenant;

impl<S: Sync> axum::extract::FromRequestParts<S> for Tenant {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut axum::http::request::Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self)
    }
}

#[secured(authenticated)]
async fn create(_: Tenant) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
