//! The next access names the whole access.

use palisade::prelude::*;

#[secured(scopes = "orders:read", roles = "clerk", next(scopes = "orders:read orders:list"))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
