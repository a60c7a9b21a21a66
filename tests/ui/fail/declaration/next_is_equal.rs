//! The next access refuses no more than the present one.

use palisade::prelude::*;

#[secured(scopes = "orders:read orders:list", next(scopes = all("orders:list", "orders:read")))]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
