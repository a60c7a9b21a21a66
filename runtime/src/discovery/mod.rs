//! An issuer's metadata document ([RFC 8414], [OpenID Discovery]).
//!
//! Finds and reads the document. The rooms above use the URLs in it: `keys` fetches the key set,
//! `token` sends tokens to the introspection endpoint.
//!
//! [RFC 8414]: https://www.rfc-editor.org/rfc/rfc8414
//! [OpenID Discovery]: https://openid.net/specs/openid-connect-discovery-1_0.html

mod document;
mod endpoint;
mod error;
mod found;
#[cfg(test)]
mod tests;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use http::Uri;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

pub(crate) use self::document::url_member;
pub(crate) use self::endpoint::Endpoint;
pub use self::error::DiscoveryError;
#[cfg(feature = "openapi")]
pub(crate) use self::found::FoundDocument;
pub(crate) use self::found::MetadataDocument;
use crate::https::{Client, HttpsError};

/// The media type of metadata documents.
const MEDIA_TYPES: [&str; 1] = ["application/json"];

/// Returns the URL of an endpoint from the metadata document of `issuer`, and the document that contains it.
///
/// # Errors
///
/// As [`find_document`].
pub(crate) async fn find(
    client: &Client,
    issuer: &str,
    endpoint: Endpoint,
    deadline: Instant,
) -> Result<(Uri, MetadataDocument), DiscoveryError> {
    let read = |members: &Value| url_member(members, endpoint.member(), client);
    find_in_documents(client, issuer, read, deadline).await
}

/// Returns what `read` reads from the metadata document of `issuer`.
///
/// Requests the OpenID document first, because most servers have it. If it is missing or unusable in any
/// way, or if there is no response after two fifths of the time, requests the RFC 8414 document too. Only a
/// valid document of another issuer ends the search: the configured issuer is wrong.
///
/// # Errors
///
/// Returns [`DiscoveryError`] if neither document is usable before the deadline.
#[cfg(feature = "relying-party")]
pub(crate) async fn find_document<T>(
    client: &Client,
    issuer: &str,
    read: impl Fn(&Value) -> Result<T, String>,
    deadline: Instant,
) -> Result<T, DiscoveryError> {
    let found = find_in_documents(client, issuer, read, deadline).await;
    found.map(|(found, _)| found)
}

/// Returns the result of `read`, and the document that it comes from.
async fn find_in_documents<T>(
    client: &Client,
    issuer: &str,
    read: impl Fn(&Value) -> Result<T, String>,
    deadline: Instant,
) -> Result<(T, MetadataDocument), DiscoveryError> {
    let request = async |document: MetadataDocument| {
        let url = document.url(issuer);
        let json = get(client, &url, deadline).await;
        let json = json.map_err(|source| DiscoveryError::Request {
            url: url.clone(),
            source,
        })?;
        document::read(&json, &url, issuer, &read).map(|found| (found, document))
    };
    let mut openid = pin!(request(MetadataDocument::OpenId));
    let oauth = pin!(request(MetadataDocument::OAuth));
    let now = Instant::now();
    let patience = now + deadline.saturating_duration_since(now) * 2 / 5;
    match timeout_at(patience, openid.as_mut()).await {
        Ok(Err(error)) if !is_of_another_issuer(&error) => {
            oauth.await.map_err(|oauth| no_document(error, oauth))
        }
        Ok(found) => found,
        Err(_) => first_success(openid, oauth).await,
    }
}

async fn get(client: &Client, url: &str, deadline: Instant) -> Result<Vec<u8>, HttpsError> {
    let url = url.parse().map_err(|_| HttpsError::InsecureUrl)?;
    client.get(&url, &MEDIA_TYPES, deadline).await
}

/// Waits for both documents, and returns as soon as one is usable, or the OpenID document is of another
/// issuer.
async fn first_success<'a, T>(
    mut openid: Pin<&'a mut (impl Future<Output = Result<T, DiscoveryError>> + 'a)>,
    mut oauth: Pin<&'a mut (impl Future<Output = Result<T, DiscoveryError>> + 'a)>,
) -> Result<T, DiscoveryError> {
    let (mut openid_error, mut oauth_error) = (None, None);
    poll_fn(|context| {
        if openid_error.is_none() {
            match openid.as_mut().poll(context) {
                Poll::Ready(Err(error)) if !is_of_another_issuer(&error) => {
                    openid_error = Some(error);
                }
                Poll::Ready(found) => return Poll::Ready(found),
                Poll::Pending => {}
            }
        }
        if oauth_error.is_none() {
            match oauth.as_mut().poll(context) {
                Poll::Ready(Err(error)) => oauth_error = Some(error),
                Poll::Ready(found) => return Poll::Ready(found),
                Poll::Pending => {}
            }
        }
        match (openid_error.take(), oauth_error.take()) {
            (Some(openid), Some(oauth)) => Poll::Ready(Err(no_document(openid, oauth))),
            (openid, oauth) => {
                (openid_error, oauth_error) = (openid, oauth);
                Poll::Pending
            }
        }
    })
    .await
}

fn is_of_another_issuer(error: &DiscoveryError) -> bool {
    matches!(error, DiscoveryError::Issuer { .. })
}

fn no_document(openid: DiscoveryError, oauth: DiscoveryError) -> DiscoveryError {
    DiscoveryError::NoDocument {
        openid: Box::new(openid),
        oauth: Box::new(oauth),
    }
}
