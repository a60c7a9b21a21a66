//! A router has its state before it is protected.

use palisade::prelude::*;

fn protect(server: ResourceServer) {
    let _ = SecureRouter::<u8>::new().protect(server);
}

fn main() {}
