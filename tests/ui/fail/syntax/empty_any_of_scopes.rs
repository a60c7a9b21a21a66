//! An empty list is an error: it does not mean "no requirement".

use palisade::prelude::*;

#[secured(scopes = any())]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
