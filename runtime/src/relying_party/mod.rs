//! The role of a client: a relying party of an issuer ([RFC 6749 §1.1], OpenID Connect Core).
//!
//! A [`Provider`] is an issuer as its clients see it; a [`RelyingParty`] is a client that is registered there.
//! It obtains tokens from the token endpoint. There is no grant with the user's password, and no implicit
//! grant.
//!
//! [RFC 6749 §1.1]: https://www.rfc-editor.org/rfc/rfc6749#section-1.1
#![allow(dead_code, reason = "logins and sessions use the rest")]

mod client;
mod client_assertion;
mod endpoint_error;
mod metadata;
mod provider;
mod token_endpoint;
mod token_response;

pub use self::client::{ClientAuthentication, ClientRegistration, RelyingParty, RelyingPartyError};
pub use self::client_assertion::{AssertionKey, AssertionKeyError};
pub use self::endpoint_error::{EndpointError, OAuthError};
pub use self::metadata::ProviderMetadata;
pub use self::provider::{Provider, ProviderBuilder, ProviderError};
pub use self::token_response::TokenResponse;
pub use crate::https::{TlsClientKey, TlsClientKeyError};
pub use crate::seal::{SealingKey, SealingKeyError, SealingKeys};
