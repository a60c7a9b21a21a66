//! Generated code needs no prelude.

#![no_implicit_prelude]

use ::palisade::prelude::{Caller, Path, State};
use ::palisade::{public, scopes, secured};

scopes! {
    /// Read.
    pub READ = "orders:read";
}

#[secured(scopes = all(READ, "admin"))]
async fn show(caller: Caller, state: State<u8>, id: Path<u32>) -> ::palisade::prelude::StatusCode {
    let _ = (caller, state, id);
    ::palisade::prelude::StatusCode::OK
}

#[public(reason = "a test")]
async fn nothing() {}

fn main() {
    let _ = ::palisade::SecureRouter::<u8>::new()
        .route("/{id}", ::palisade::routing::get(show).post(nothing));
}
