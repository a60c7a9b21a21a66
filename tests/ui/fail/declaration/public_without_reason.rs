//! A public handler states why it is public.

use palisade::prelude::*;

#[public]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
