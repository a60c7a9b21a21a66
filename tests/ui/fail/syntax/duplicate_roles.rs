//! An option appears once; `any` and `all` combine roles.

use palisade::prelude::*;

#[secured(roles = "admin", roles = "auditor")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
