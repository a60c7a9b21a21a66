//! A handler is safe to call.

use palisade::prelude::*;

#[secured(authenticated)]
async unsafe fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
