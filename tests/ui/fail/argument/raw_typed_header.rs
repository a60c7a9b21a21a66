//! A typed header of text is not checked.

use axum_extra::TypedHeader;
use axum_extra::headers::UserAgent;
use palisade::prelude::*;

#[public(reason = "a test")]
async fn greet(TypedHeader(agent): TypedHeader<UserAgent>) -> String {
    agent.to_string()
}

fn main() {
    let _: SecureRouter = SecureRouter::new().route("/", get(greet));
}
