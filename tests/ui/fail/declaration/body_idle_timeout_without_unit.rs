//! An idle timeout has a unit.

use palisade::prelude::*;

#[secured(authenticated, body_idle_timeout = "20")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
