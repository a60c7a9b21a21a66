//! The issuer's introspection endpoint ([RFC 7662 §2]): sends requests, and limits their number.
//!
//! [RFC 7662 §2]: https://www.rfc-editor.org/rfc/rfc7662#section-2

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, header};
use http_body_util::Full;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::claims::NumericDate;
use crate::https::{Client, ClientSettings, Form, HttpsError, basic};
use crate::secret::Secret;
use crate::token::introspection::error::IntrospectionError;
use crate::token::introspection::location::Location;

/// The maximum time that a client's request waits for a response, and that a probe takes.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum number of tokens that wait for a permit; more would only use memory and time out.
const MAX_QUEUED: usize = 1024;

/// An introspection endpoint, with this API's credentials.
pub(crate) struct IntrospectionEndpoint {
    client: Client,
    location: Location,
    authorization: HeaderValue,
    /// One permit per request in flight; probes need none.
    send_permits: Arc<Semaphore>,
    /// One permit per request in flight or waiting; probes need none.
    queue_permits: Arc<Semaphore>,
}

/// The permission to send a request, or to wait for it.
pub(super) type Permit = OwnedSemaphorePermit;

/// The configuration of an [`IntrospectionEndpoint`].
pub(crate) struct EndpointSettings<'a> {
    pub(crate) issuer: &'a str,
    /// The URL, unless it is discovered.
    pub(crate) url: Option<String>,
    pub(crate) client_id: &'a str,
    pub(crate) secret: &'a Secret,
    /// The maximum number of requests in flight.
    pub(crate) max_in_flight: usize,
    pub(crate) https: &'a ClientSettings,
}

impl IntrospectionEndpoint {
    /// Creates an endpoint without sending a request.
    ///
    /// # Errors
    ///
    /// Returns [`HttpsError::TrustStore`], or [`HttpsError::InsecureUrl`] if the URL is not allowed.
    pub(crate) fn new(settings: EndpointSettings<'_>) -> Result<Self, HttpsError> {
        let client = Client::new(settings.https)?;
        let location = match settings.url {
            Some(url) => Location::Configured(client.parse_url(&url)?),
            None => Location::discovered(settings.issuer),
        };
        let max_queued = settings.max_in_flight.saturating_add(MAX_QUEUED);
        Ok(Self {
            client,
            location,
            authorization: basic(settings.client_id, settings.secret)?,
            send_permits: Arc::new(Semaphore::new(settings.max_in_flight)),
            queue_permits: Arc::new(Semaphore::new(max_queued)),
        })
    }

    /// Returns a permit to wait.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError::Busy`] if too many requests are waiting already.
    pub(super) fn queue_permit(&self) -> Result<Permit, IntrospectionError> {
        let permit = Arc::clone(&self.queue_permits).try_acquire_owned();
        permit.map_err(|_| IntrospectionError::Busy)
    }

    /// Waits for a permit to send a request.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError::Busy`] if no permit is free before the deadline.
    pub(super) async fn send_permit(
        &self,
        deadline: Instant,
    ) -> Result<Permit, IntrospectionError> {
        let permit = Arc::clone(&self.send_permits).acquire_owned();
        let permit = timeout_at(deadline, permit).await;
        // the semaphore is never closed, so the only error is the timeout
        permit
            .ok()
            .and_then(Result::ok)
            .ok_or(IntrospectionError::Busy)
    }

    /// Introspects a token and returns the response body.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError`] if there is no successful response before the deadline.
    pub(super) async fn introspect(
        &self,
        token: &[u8],
        now: NumericDate,
        deadline: Instant,
    ) -> Result<Vec<u8>, IntrospectionError> {
        let form = Form::new()
            .with("token", token)
            .with("token_type_hint", "access_token");
        let request = Request::post(self.location.url(now)?)
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::CONTENT_TYPE, Form::MEDIA_TYPE)
            .body(Full::from(form.into_bytes()))
            .map_err(|_| HttpsError::InsecureUrl)?;
        let response = self.client.send(request, &["application/json"]);
        let response = timeout_at(deadline, response).await;
        Ok(response.map_err(|_| HttpsError::Timeout)??)
    }

    /// Introspects the token of a probe, which needs no permit.
    ///
    /// Clients that send many tokens therefore cannot make the endpoint look unavailable.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError`] if there is no successful response within 5 s.
    pub(super) async fn introspect_unqueued(
        &self,
        token: &[u8],
        now: NumericDate,
    ) -> Result<Vec<u8>, IntrospectionError> {
        self.introspect(token, now, Instant::now() + TIMEOUT).await
    }

    /// Refreshes the endpoint's URL, unless it is configured or was refreshed within a minute.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError`] if discovery fails or takes longer than 5 s.
    pub(super) async fn refresh_location(
        &self,
        now: NumericDate,
    ) -> Result<(), IntrospectionError> {
        self.location.refresh(&self.client, now).await
    }

    /// Returns whether the endpoint's URL is known.
    pub(super) fn is_located(&self, now: NumericDate) -> bool {
        self.location.url(now).is_ok()
    }

    /// Returns whether the endpoint's URL should be refreshed.
    pub(super) fn is_stale(&self, now: NumericDate) -> bool {
        self.location.is_stale(now)
    }

    /// Acquires every permit to send.
    #[cfg(test)]
    pub(super) async fn exhaust_send_permits(&self) -> tokio::sync::SemaphorePermit<'_> {
        let free = self.send_permits.available_permits().try_into().unwrap();
        self.send_permits.acquire_many(free).await.unwrap()
    }
}

/// Omits all fields, because the endpoint contains a credential.
impl fmt::Debug for IntrospectionEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionEndpoint")
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configured_url_must_be_https_or_allowed_loopback() {
        for (url, valid_over_https, valid_with_loopback) in [
            ("https://a.example/introspect", true, true),
            ("http://127.0.0.1:8080/introspect", false, true),
            ("http://a.example/introspect", false, false),
            ("a.example/introspect", false, false),
            ("/introspect", false, false),
            ("", false, false),
        ] {
            for (allow_loopback_http, valid) in
                [(false, valid_over_https), (true, valid_with_loopback)]
            {
                let endpoint = IntrospectionEndpoint::new(EndpointSettings {
                    issuer: "https://a.example",
                    url: Some(url.to_owned()),
                    client_id: "c",
                    secret: &Secret::new("s"),
                    max_in_flight: 1,
                    https: &ClientSettings {
                        allow_loopback_http,
                        ..ClientSettings::default()
                    },
                });
                assert_eq!(endpoint.is_ok(), valid, "{url}");
            }
        }
    }
}
