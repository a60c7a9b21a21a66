//! An extractor for one state only does not fit a router with another one.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use palisade::TrustedExtractor;
use palisade::prelude::*;

struct Tenant;

impl FromRequestParts<()> for Tenant {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &()) -> Result<Self, Self::Rejection> {
        Ok(Self)
    }
}

impl TrustedExtractor for Tenant {
    const REASON: &'static str = "a test";
}

#[secured(authenticated)]
async fn list(_: Tenant) {}

fn main() {
    let _ = SecureRouter::<u8>::new().route("/orders", get(list));
}
