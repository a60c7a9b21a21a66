//! A scope is not a role, even of the same name.

use palisade::prelude::*;

const ADMIN: Scope = Scope::new("admin");

#[secured(roles = ADMIN)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
