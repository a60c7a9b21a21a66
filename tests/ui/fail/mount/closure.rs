//! A closure declares nothing.

use palisade::prelude::*;

fn main() {
    let _ = SecureRouter::<()>::new().route("/orders", get(|| async {}));
}
