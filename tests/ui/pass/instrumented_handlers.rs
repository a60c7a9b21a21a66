//! `#[tracing::instrument]` comes before or after the attribute.

use palisade::prelude::*;

#[tracing::instrument(skip_all)]
#[secured(authenticated)]
async fn above(caller: Caller) -> String {
    caller.subject().to_owned()
}

#[secured(authenticated)]
#[tracing::instrument(skip_all)]
async fn below(caller: Caller) -> String {
    caller.subject().to_owned()
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(above).post(below));
}
