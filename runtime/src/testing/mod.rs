//! Tests of APIs in process, with real tokens from an embedded issuer (feature `testing`).
//!
//! Requests pass the real guard: nothing in this module bypasses it.
//!
//! # Examples
//!
//! ```
//! use palisade::prelude::*;
//! use palisade::testing::{TestApi, caller};
//!
//! #[secured(scopes = "orders:read")]
//! async fn show(caller: Caller) -> String {
//!     format!("the orders of {}", caller.subject())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let api = TestApi::new(SecureRouter::new().route("/orders", get(show))).await;
//! assert_eq!(api.anonymous().get("/orders").send().await.status(), 401);
//! assert_eq!(api.caller("alice").get("/orders").send().await.status(), 403);
//! let response = api.caller("alice").scopes("orders:read").get("/orders").send().await;
//! assert_eq!(response.text(), "the orders of alice");
//!
//! // only the handler's body, in the module that declares it
//! assert_eq!(show().unguarded(caller("bob")).await, "the orders of bob");
//! # }
//! ```

use std::fmt::Display;

mod active_tokens;
mod api;
#[cfg(feature = "attack")]
pub mod attack;
mod caller;
mod clock;
mod cookies;
mod counting_body;
mod event;
mod issuer;
mod keys;
mod lock;
#[cfg(all(test, feature = "tracing"))]
pub(crate) mod log;
#[cfg(all(test, feature = "discovery"))]
pub(crate) mod loopback_server;
mod multipart_form;
mod request;
mod response;
mod served;
mod stream;
#[cfg(test)]
pub(crate) mod test_server;
mod token_builder;
#[cfg(feature = "ws")]
mod websocket;

pub use self::api::TestApi;
pub use self::caller::{caller, caller_with};
pub use self::clock::TestClock;
pub use self::cookies::{TestCookie, TestCookies};
pub use self::counting_body::CountingBody;
pub use self::event::TestEvent;
pub use self::issuer::EmbeddedIssuer;
pub use self::lock::{assert_lock, assert_lock_at};
pub use self::multipart_form::MultipartForm;
pub use self::request::TestRequest;
pub use self::response::TestResponse;
pub use self::served::ServedIssuer;
pub use self::stream::TestStream;
pub use self::token_builder::TokenBuilder;
#[cfg(feature = "ws")]
pub use self::websocket::TestWebSocket;

/// Unwraps a result that fails only if the test is wrong, or if the system has no randomness.
///
/// # Panics
///
/// Panics with `context` and the error, at the line of the test.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "test support: a wrong test must fail at its own line"
)]
fn or_panic<T, E: Display>(result: Result<T, E>, context: &str) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{context}: {error}"),
    }
}
