//! Only what has its state can be protected.

use palisade::prelude::*;

fn protect(server: ResourceServer) {
    let _ = SecureRouter::<u8>::new().protect(server);
}

fn main() {}
