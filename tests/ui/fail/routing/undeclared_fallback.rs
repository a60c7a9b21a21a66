//! A fallback has a declaration.

use palisade::prelude::*;

async fn lost() {}

fn main() {
    let _ = SecureRouter::<()>::new().fallback(lost);
}
