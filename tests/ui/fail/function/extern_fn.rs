//! A handler has the Rust ABI.

use palisade::prelude::*;

#[secured(authenticated)]
async extern "C" fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
