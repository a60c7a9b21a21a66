//! A timeout has one of the known units.

use palisade::prelude::*;

#[secured(authenticated, timeout = "10sec")]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
