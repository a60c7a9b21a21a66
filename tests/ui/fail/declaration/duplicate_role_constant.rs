//! A duplicate in a list is probably a typo.

use palisade::prelude::*;

const ADMIN: Role = Role::new("admin");

#[secured(roles = all(ADMIN, ADMIN))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
