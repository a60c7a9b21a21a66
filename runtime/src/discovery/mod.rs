//! An issuer's metadata document ([RFC 8414], [OpenID Discovery]).
//!
//! Finds and reads the document. The rooms above use the URLs in it: `keys` fetches the key set,
//! `token` sends tokens to the introspection endpoint.
//!
//! [RFC 8414]: https://www.rfc-editor.org/rfc/rfc8414
//! [OpenID Discovery]: https://openid.net/specs/openid-connect-discovery-1_0.html

mod document;
mod error;

pub(crate) use self::document::Document;
pub use self::error::DiscoveryError;

use crate::https::{Client, HttpsError};

/// Fetches the metadata document of `issuer`.
///
/// Requests the OpenID document first, because most servers have it, and the RFC 8414 document if
/// the response is 404. The caller applies a timeout.
///
/// # Errors
///
/// Returns [`DiscoveryError`] if neither document exists, or if the document is malformed or names
/// another issuer.
pub(crate) async fn fetch(client: &Client, issuer: &str) -> Result<Document, DiscoveryError> {
    let json = match client.get_json(&openid_url(issuer)).await {
        Err(HttpsError::Status(404)) => client.get_json(&oauth_url(issuer)).await?,
        response => response?,
    };
    Document::read(&json, issuer)
}

/// Returns the URL of OpenID Discovery §4: the suffix follows the issuer.
fn openid_url(issuer: &str) -> String {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    format!("{issuer}/.well-known/openid-configuration")
}

/// Returns the URL of RFC 8414 §3.1: the suffix is inserted between host and path.
fn oauth_url(issuer: &str) -> String {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    let path_at = issuer
        .find("://")
        .map(|scheme| scheme + 3)
        .and_then(|host| Some(host + issuer.get(host..)?.find('/')?))
        .unwrap_or(issuer.len());
    let (origin, path) = issuer.split_at(path_at);
    format!("{origin}/.well-known/oauth-authorization-server{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openid_appends_and_rfc_8414_inserts_the_suffix() {
        for (issuer, openid, oauth) in [
            (
                "https://a.example",
                "https://a.example/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://a.example/",
                "https://a.example/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://a.nz/x/y",
                "https://a.nz/x/y/.well-known/openid-configuration",
                "https://a.nz/.well-known/oauth-authorization-server/x/y",
            ),
            (
                "https://a.example:8443/realms/x",
                "https://a.example:8443/realms/x/.well-known/openid-configuration",
                "https://a.example:8443/.well-known/oauth-authorization-server/realms/x",
            ),
        ] {
            assert_eq!(
                (openid_url(issuer), oauth_url(issuer)),
                (openid.into(), oauth.into())
            );
        }
    }
}
