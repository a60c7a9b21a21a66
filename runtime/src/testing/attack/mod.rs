//! Attacks on an API, derived from its inventory (feature `attack`).
//!
//! [`Attack`] sends to each route the requests that its declaration and its input types must refuse, and reports those that
//! were not refused. The [manual](crate::manual::cookbook::attack_tests) lists the classes of attacks, and the weaknesses that
//! no test can find in an inventory.
//!
//! # Examples
//!
//! ```
//! use palisade::prelude::*;
//! use palisade::testing::TestApi;
//! use palisade::testing::attack::Attack;
//!
//! # #[derive(Deserialize, Validate, SecureInput)]
//! # #[serde(deny_unknown_fields)]
//! # struct NewOrder { #[garde(length(chars, min = 1, max = 64))] sku: String }
//! #[secured(scopes = "orders:write")]
//! async fn create_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
//!     order.sku
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let api = TestApi::new(SecureRouter::new().route("/orders", post(create_order))).await;
//! Attack::new(&api).run().await.assert_refused();
//! # }
//! ```

mod access;
mod browser;
mod budget;
mod engine;
mod excuses;
mod expectation;
mod expiry;
mod forge;
mod input;
mod issuers;
mod kit;
mod object_proof;
mod object_requests;
mod objects;
mod part;
mod protocol;
mod refusal;
mod report;
mod request;
mod sample;
mod schema;
mod sessions;
mod slow_body;
mod spelling;
mod target;
#[cfg(test)]
mod tests;
mod tickets;
mod tokens;
mod unchecked;

pub use self::access::Expected;
pub use self::kit::Attack;
pub use self::report::AttackReport;
pub use self::sample::Sample;
