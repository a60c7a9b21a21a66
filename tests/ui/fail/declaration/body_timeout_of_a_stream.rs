//! Only a body in chunks may take hours.

use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Import {
    #[garde(range(max = 9))]
    lines: u8,
}

#[secured(authenticated, body_timeout = "2 h")]
async fn import(Valid(Json(_)): Valid<Json<Import>>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(import));
}
