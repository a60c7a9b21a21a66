//! Docs, visibility, patterns, return types, lints and `cfg` of a handler are kept.

#![deny(warnings)]

use palisade::prelude::*;

/// Lists.
#[secured(authenticated)]
pub async fn list() -> impl IntoResponse {
    "listed"
}

#[secured(authenticated)]
pub(crate) async fn r#type(Path((a, mut b)): Path<(u32, u8)>) -> Result<String, Problem> {
    b = b.checked_add(1).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(format!("{a} {b}"))
}

#[cfg(not(all()))]
#[secured(authenticated)]
async fn absent(_: ThereIsNoSuchType) {}

#[secured(authenticated)]
#[cfg(not(all()))]
async fn absent_below(_: ThereIsNoSuchType) {}

#[deprecated]
#[secured(authenticated)]
async fn old() {}

#[secured(authenticated)]
#[allow(unused_variables)]
async fn careless(caller: Caller) {
    let unused = 1;
}

#[secured(authenticated)]
async fn recursive(Path(left): Path<u32>) -> StatusCode {
    if left == 0 { StatusCode::OK } else { Box::pin(recursive(Path(left - 1))).await }
}

// the type namespace stays free
mod list {}
#[allow(non_camel_case_types)]
struct recursive {}

#[allow(deprecated)]
fn main() {
    let _ = recursive {};
    let _ = SecureRouter::<()>::new()
        .route("/", get(list))
        .route("/{a}/{b}", get(r#type).post(old).put(careless))
        .route("/{left}", get(recursive));
}
