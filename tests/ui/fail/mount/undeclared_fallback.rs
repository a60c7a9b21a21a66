//! A fallback is an endpoint.

use palisade::prelude::*;

async fn lost() {}

fn main() {
    let _ = SecureRouter::<()>::new().fallback(lost);
}
