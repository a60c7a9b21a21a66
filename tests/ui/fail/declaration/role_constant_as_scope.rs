//! A role is not a scope, even of the same name.

use palisade::prelude::*;

const ADMIN: Role = Role::new("admin");

#[secured(scopes = any("orders:read", ADMIN))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
