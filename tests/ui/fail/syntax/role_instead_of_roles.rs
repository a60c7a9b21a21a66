//! The option is `roles`, for one role too.

use palisade::prelude::*;

#[secured(role = "admin")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
