//! The role of a client: a relying party of an issuer ([RFC 6749 §1.1], OpenID Connect Core).
//!
//! A [`Provider`] is an issuer as its clients see it; a [`RelyingParty`] is a client that is registered there.
//! It obtains tokens from the token endpoint. [`Logins`] log users in there, and end with a [`CompletedLogin`]. There is
//! no grant with the user's password, and no implicit grant.
//!
//! [RFC 6749 §1.1]: https://www.rfc-editor.org/rfc/rfc6749#section-1.1
#![allow(dead_code, reason = "logins and sessions use the rest")]

mod client;
mod client_assertion;
mod endpoint_error;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod id_token;
mod id_token_error;
mod login;
mod logout;
mod members;
mod metadata;
mod provider;
mod random;
mod signed_jwt;
mod token_endpoint;
mod token_response;
mod user_info;

pub use self::client::{ClientAuthentication, ClientRegistration, RelyingParty, RelyingPartyError};
pub use self::client_assertion::{AssertionKey, AssertionKeyError};
pub use self::endpoint_error::{EndpointError, OAuthError};
pub use self::id_token::{IdToken, IdTokenClaims};
pub use self::id_token_error::IdTokenError;
pub use self::login::{
    AuthorizationError, BegunLogin, CallbackOutcome, CompletedLogin, LoginError, LoginRequest,
    Logins, LoginsBuilder, LoginsError, Prompt,
};
pub use self::logout::LogoutEvent;
pub use self::metadata::ProviderMetadata;
pub use self::provider::{Provider, ProviderBuilder, ProviderError};
pub use self::token_response::TokenResponse;
pub use self::user_info::{UserInfo, UserInfoError};
pub use crate::https::{TlsClientKey, TlsClientKeyError};
pub use crate::input::types::{ReturnTo, ReturnToError};
pub use crate::seal::{SealingKey, SealingKeyError, SealingKeys};
