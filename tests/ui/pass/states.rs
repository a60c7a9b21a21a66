//! A state needs no `Clone`, unless a handler extracts all of it; a value of it may be coerced.

use std::sync::Arc;

use axum::extract::FromRef;
use palisade::prelude::*;

struct Store {
    name: Arc<str>,
}

impl FromRef<Store> for Arc<str> {
    fn from_ref(store: &Store) -> Self {
        Arc::clone(&store.name)
    }
}

#[secured(authenticated)]
async fn name(State(name): State<Arc<str>>) -> String {
    name.to_string()
}

#[public(reason = "a test")]
async fn health() {}

trait Repository: Send + Sync {}

impl Repository for Store {}

#[secured(authenticated)]
async fn list(_: State<Arc<dyn Repository>>) {}

fn main() {
    let store = || Store {
        name: Arc::from("orders"),
    };
    let _: SecureRouter = SecureRouter::<Store>::new()
        .route("/name", get(name).post(health))
        .fallback(health)
        .with_state(store());
    let _: SecureRouter = SecureRouter::new()
        .route("/", get(health))
        .with_state(store());
    let _: SecureRouter = SecureRouter::new()
        .route("/", get(list))
        .with_state(Arc::new(store()));
    let _: SecureRouter = SecureRouter::<u8>::new()
        .route("/", get(health))
        .with_state(Default::default());
}
