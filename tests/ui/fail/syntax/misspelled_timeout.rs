//! The nearest option is suggested.

use palisade::prelude::*;

#[secured(authenticated, time_out = "10s")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
