//! With an alternative to the session, the login is optional.

use palisade::prelude::*;
use palisade::relying_party::Login;

#[secured(any(login, authenticated))]
async fn create(_: Login) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
