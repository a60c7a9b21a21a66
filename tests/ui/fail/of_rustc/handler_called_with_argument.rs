//! A handler is a function without arguments; rustc reports their number itself. If the value is used, rustc reports
//! `RunsHandlers` as well, as in `routing/handler_called`.

use palisade::prelude::*;

#[secured(authenticated)]
async fn show(_: Path<u32>) {}

#[public(reason = "a handler that calls another one")]
async fn index() {
    let _ = show(Path(7)).await;
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(index));
}
