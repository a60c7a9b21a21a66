//! A name of one's own is no way round.

use palisade::prelude::*;

type Body = Json<serde_json::Value>;

#[secured(authenticated)]
async fn create(_: Body) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
