//! Nor does axum's router.

use palisade::prelude::*;

fn main() {
    let _ = SecureRouter::<()>::new().merge(axum::Router::new());
}
