//! A public handler requires no login.

use palisade::prelude::*;

#[public(reason = "a test", login)]
async fn create() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
