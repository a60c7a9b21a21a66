//! The role of a client: a relying party of an issuer ([RFC 6749 §1.1], OpenID Connect Core).
//!
//! A [`Provider`] is an issuer as its clients see it; a [`RelyingParty`] is a client that is registered there.
//! It obtains tokens from the token endpoint. [`Logins`] log users in there, and end with a [`CompletedLogin`]; an
//! [`AccessGrant`] is a person's consent without a login. There is no grant with the user's password, and no implicit grant.
//!
//! [RFC 6749 §1.1]: https://www.rfc-editor.org/rfc/rfc6749#section-1.1

mod access_grant;
mod api_client;
mod authorization_request;
mod challenge;
mod client;
mod client_assertion;
mod dynamic_registration;
mod endpoint_error;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod id_token;
mod id_token_error;
mod login;
mod login_tokens;
mod logout;
mod members;
mod metadata;
mod posture;
mod provider;
mod provider_error;
mod random;
mod requested_scopes;
mod resource_metadata;
mod revocation;
mod routes;
mod signed_jwt;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
mod token_endpoint;
mod token_response;
mod token_source;
mod user_info;
pub mod vault;

pub use self::access_grant::{AccessGrant, AccessGrantError, PendingAccess};
pub use self::api_client::{AnswersStepUp, ApiClient, ApiClientBuilder, ApiClientError};
pub use self::challenge::StepUp;
pub use self::client::{ClientAuthentication, ClientRegistration, RelyingParty, RelyingPartyError};
pub use self::client_assertion::{AssertionKey, AssertionKeyError};
pub use self::dynamic_registration::DynamicRegistration;
pub use self::endpoint_error::{EndpointError, OAuthError};
pub use self::id_token::{IdToken, IdTokenClaims};
pub use self::id_token_error::IdTokenError;
pub use self::login::{
    AuthorizationError, BegunLogin, CallbackOutcome, CompletedLogin, LoginError, LoginRequest,
    Logins, LoginsBuilder, LoginsError, Prompt,
};
pub use self::login_tokens::LoginTokens;
pub use self::logout::LogoutEvent;
#[cfg(feature = "authorization-server")]
pub(crate) use self::members::Members;
pub use self::metadata::ProviderMetadata;
pub use self::posture::{Finding, Posture, PosturePolicy, Severity, posture};
pub use self::provider::{Provider, ProviderBuilder};
pub use self::provider_error::ProviderError;
#[cfg(feature = "authorization-server")]
pub(crate) use self::random::{hash_text, random_text};
pub use self::requested_scopes::{RequestedScopes, declaration_of};
pub use self::resource_metadata::{
    ResourceMetadata, ResourceMetadataBuilder, ResourceMetadataError,
};
pub use self::routes::LoginRoutes;
pub use self::token_response::TokenResponse;
pub use self::token_source::{AccessToken, ResourceIndicatorError, TokenSource, TokenSourceError};
pub use self::user_info::{UserInfo, UserInfoError};
pub use crate::claims::{ScopeError, ScopeSet};
pub use crate::https::{TlsClientKey, TlsClientKeyError};
pub use crate::input::types::{ReturnTo, ReturnToError};
pub use crate::seal::{SealingKey, SealingKeyError, SealingKeys};
pub use crate::session::{
    Login, MemorySessions, NewLogin, SessionError, SessionGroup, SessionKey, SessionStore,
    SessionStoreError, Sessions, SessionsBuilder, SessionsConfigError, StoredSession,
};
