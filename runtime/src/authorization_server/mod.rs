//! The role of an authorization server ([RFC 6749 §1.1]): requests that are validated before a handler sees them, and tokens
//! with every claim that resource servers require.
//!
//! An [`AuthorizationServer`] has the rules of the endpoints. [`AuthorizationServerRoutes`] mounts the endpoints for clients;
//! the application writes the pages for users. The password grant, the implicit grant, and PKCE without S256 do not exist.
//!
//! [RFC 6749 §1.1]: https://www.rfc-editor.org/rfc/rfc6749#section-1.1

mod access_token;
mod authorization;
mod client;
mod cors;
mod endpoints;
mod error;
mod expiring_names;
mod extract;
mod grant;
mod jwt;
mod mint_error;
mod parameters;
mod paths;
mod pkce;
mod pushed_requests;
mod redirect_uri;
mod request_sealer;
mod resources;
mod routes;
mod server;
mod server_error;
mod signing_keys;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod token_binding;

use std::error::Error;

use crate::relying_party::vault::VaultError;

pub use self::access_token::{AccessTokenIssuer, MintedToken, NewAccessToken};
pub use self::authorization::{
    Approval, AuthorizationFailure, AuthorizationRedirect, AuthorizationRequest, FormOrigin,
};
pub use self::client::{
    CertificateName, CertificateThumbprint, Client, ClientBuilder, ClientCredential, ClientError,
    ClientIdDocuments, ClientKeys, ClientSecret, ClientStore, ClientStoreError, RegisteredClients,
};
pub use self::endpoints::{ApprovalError, TokenRequest, TokenResponse};
pub use self::error::{ErrorCode, OAuthFailure};
pub use self::mint_error::MintError;
pub use self::redirect_uri::{RedirectUri, RedirectUriError};
pub use self::routes::AuthorizationServerRoutes;
pub use self::server::{AuthorizationServer, AuthorizationServerBuilder};
pub use self::server_error::AuthorizationServerError;
pub use self::token_binding::TokenBinding;
pub use crate::relying_party::Prompt;

/// The vault failed.
#[derive(Debug)]
struct StoreFailure(VaultError);

impl From<VaultError> for StoreFailure {
    fn from(error: VaultError) -> Self {
        Self(error)
    }
}

impl From<StoreFailure> for OAuthFailure {
    fn from(StoreFailure(error): StoreFailure) -> Self {
        report(&error);
        Self::new(
            ErrorCode::TemporarilyUnavailable,
            "the server cannot store or read its records",
        )
    }
}

/// Reports an error whose cause the client does not see.
fn report(error: &(dyn Error + 'static)) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "palisade::authorization_server",
        event = "authorization_server_failed",
        error,
        "an endpoint failed"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}
