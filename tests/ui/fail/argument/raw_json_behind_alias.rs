//! A type alias does not hide raw input.

use palisade::prelude::*;

type Body = Json<serde_json::Value>;

#[secured(authenticated)]
async fn create(_: Body) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
