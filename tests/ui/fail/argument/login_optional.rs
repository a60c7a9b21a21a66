//! A login is not optional without an alternative to it.

use palisade::prelude::*;
use palisade::relying_party::Login;

#[secured(login)]
async fn create(_: Option<Login>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
