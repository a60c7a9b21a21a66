//! A closure has no declaration.

use palisade::prelude::*;

fn main() {
    let _ = SecureRouter::<()>::new().route("/orders", get(|| async {}));
}
