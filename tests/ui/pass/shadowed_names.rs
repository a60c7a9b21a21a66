//! Generated code uses no name that a user may define.


use palisade::{SecureRouter, Valid, public, scopes, secured};

pub struct Result;
pub struct Option;
pub struct Json;
pub struct Send;
pub struct Sync;
pub struct String;
pub struct Future;
pub struct Response;
pub struct Request;
pub struct S;
pub struct M;
#[allow(non_snake_case)]
pub fn Ok() {}
#[allow(non_snake_case)]
pub fn Err() {}
#[allow(non_snake_case)]
pub fn Some() {}
pub mod core {}
pub mod std {}
pub mod palisade_ {}

scopes! {
    /// Read.
    pub READ = "orders:read";
}

#[derive(::serde::Deserialize, ::garde::Validate, ::palisade::SecureInput)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    #[garde(skip)]
    quantity: u8,
}

#[secured(scopes = any(READ, "admin"), body_limit = "1 KiB", body_timeout = "1 s", timeout = "10s", header_limit = 64, parameter_limit = 1, part_limit = 1)]
async fn create(caller: ::palisade::Caller, order: Valid<::axum::Json<NewOrder>>) -> ::axum::http::StatusCode {
    let _ = (caller, order.0.0.quantity);
    ::axum::http::StatusCode::OK
}

#[public(reason = "a test")]
async fn nothing() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", ::palisade::routing::post(create).get(nothing));
}
