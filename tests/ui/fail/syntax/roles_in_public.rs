//! A public handler looks at no token, so it can require no role.

use palisade::prelude::*;

#[public(reason = "a probe", roles = "admin")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
