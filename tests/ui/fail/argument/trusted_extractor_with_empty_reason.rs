//! The reason of a `TrustedExtractor` contains words.

use palisade::prelude::*;

struct Tenant;

impl TrustedExtractor for Tenant {
    const REASON: &'static str = "";
}

impl<S: Sync> axum::extract::FromRequestParts<S> for Tenant {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut axum::http::request::Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self)
    }
}

#[secured(authenticated)]
async fn create(_: Tenant) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
