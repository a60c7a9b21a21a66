//! A handler without parameters has no `Valid<Query<…>>`.

use palisade::prelude::*;

#[secured(authenticated, parameter_limit = 0)]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
