//! `impl Display` is not a response.

use palisade::prelude::*;

#[secured(authenticated)]
async fn show() -> impl std::fmt::Display {
    "shown"
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(show));
}
