//! An input type with its own extractor is checked only inside `Valid`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use palisade::input::InputExtractor;
use palisade::prelude::*;

#[derive(Validate, SecureInput)]
struct Tenant(#[garde(length(bytes, max = 63))] String);

impl<S: Sync> FromRequestParts<S> for Tenant {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(String::new()))
    }
}

impl InputExtractor for Tenant {
    const ACCEPTS: &'static str = "the first label of the host name";
}

#[secured(authenticated)]
async fn create(_: Tenant) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
