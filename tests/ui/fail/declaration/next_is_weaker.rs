//! The next access admits a token without the present scope.

use palisade::prelude::*;

#[secured(scopes = "orders:read", next(scopes = "orders:list"))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
