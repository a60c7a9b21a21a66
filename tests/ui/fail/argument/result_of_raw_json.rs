//! `Result<Json<…>, …>` is not checked.

use palisade::prelude::*;

#[derive(Deserialize)]
struct NewOrder {}

#[secured(authenticated)]
async fn create(_: Result<Json<NewOrder>, axum::extract::rejection::JsonRejection>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", post(create));
}
