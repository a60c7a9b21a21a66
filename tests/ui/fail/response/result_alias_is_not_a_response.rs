//! The error type behind an alias is not a response.

use palisade::prelude::*;

#[secured(authenticated)]
async fn show() -> std::io::Result<String> {
    Ok(String::new())
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(show));
}
