//! A handler has at most 16 arguments, as in axum.

use palisade::prelude::*;

#[secured(authenticated)]
#[rustfmt::skip]
async fn list(
    _: State<u8>,
    _: State<u16>,
    _: State<u32>,
    _: State<u64>,
    _: State<u8>,
    _: State<u16>,
    _: State<u32>,
    _: State<u64>,
    _: State<u8>,
    _: State<u16>,
    _: State<u32>,
    _: State<u64>,
    _: State<u8>,
    _: State<u16>,
    _: State<u32>,
    _: State<u64>,
    _: State<u8>,
) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
