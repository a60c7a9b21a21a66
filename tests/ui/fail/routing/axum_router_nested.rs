//! An axum router holds handlers without a declaration.

use palisade::prelude::*;

fn main() {
    let _ = SecureRouter::<()>::new().nest("/admin", axum::Router::new());
}
