//! A misspelled option suggests the nearest one.

use palisade::prelude::*;

#[secured(scope = "orders:read")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
