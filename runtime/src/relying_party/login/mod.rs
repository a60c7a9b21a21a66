//! Logging users in: the authorization code flow with PKCE ([OpenID Connect Core §3.1]).
//!
//! `begin` sends the browser to the provider, and leaves a sealed cookie (`pending`). `callback` reads the response
//! (`response`), opens the cookie, exchanges the code, and validates the ID token.
//!
//! [OpenID Connect Core §3.1]: https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth

mod begin;
mod builder;
mod callback;
mod completed;
mod error;
#[cfg(fuzzing)]
pub(super) mod fuzzing;
mod logins;
mod pending;
mod request;
mod response;
#[cfg(all(test, feature = "testing"))]
pub(super) mod tests;

pub use self::begin::BegunLogin;
pub use self::builder::LoginsBuilder;
pub use self::callback::CallbackOutcome;
pub use self::completed::CompletedLogin;
pub use self::error::{AuthorizationError, LoginError, LoginsError};
pub use self::logins::Logins;
pub use self::request::{LoginRequest, Prompt};
pub(super) use self::response::{AuthorizationResponse, ResponseResult, parameters};
