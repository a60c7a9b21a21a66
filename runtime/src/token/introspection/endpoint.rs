//! The issuer's introspection endpoint ([RFC 7662 §2]): one question, asked over https.
//!
//! [RFC 7662 §2]: https://www.rfc-editor.org/rfc/rfc7662#section-2

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Request, header};
use http_body_util::Full;
use hyper::body::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use crate::claims::NumericDate;
use crate::https::{Client, HttpsError};
use crate::secret::Secret;
use crate::token::introspection::IntrospectionError;
use crate::token::introspection::location::Location;

/// How long a request waits for an answer, and how long a question of our own may take.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);

/// How many tokens may wait for a turn: beyond, they would wait in vain, and take room.
const QUEUE: usize = 1024;

/// What `application/x-www-form-urlencoded` escapes.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// Where an issuer answers for its tokens, and as whom it is asked.
pub(crate) struct Endpoint {
    client: Client,
    location: Location,
    authorization: HeaderValue,
    /// One permit for each question about a caller's token that may be under way.
    turns: Arc<Semaphore>,
    /// One permit for each such question that is under way or waits.
    places: Arc<Semaphore>,
}

/// Leave to ask, or to wait for it.
pub(super) type Permit = OwnedSemaphorePermit;

/// What an operator says of the endpoint.
pub(crate) struct EndpointSettings<'a> {
    pub(crate) issuer: &'a str,
    /// The URL, where it is not to be looked up.
    pub(crate) url: Option<String>,
    pub(crate) client_id: &'a str,
    pub(crate) secret: &'a Secret,
    /// How many questions may be under way.
    pub(crate) max_in_flight: usize,
    pub(crate) allow_loopback_http: bool,
}

impl Endpoint {
    /// # Errors
    ///
    /// [`HttpsError::TrustStore`], or [`HttpsError::InsecureUrl`] for a URL that may not be asked.
    pub(crate) fn new(settings: EndpointSettings<'_>) -> Result<Self, HttpsError> {
        let client = Client::new(settings.allow_loopback_http)?;
        let location = match settings.url {
            Some(url) => Location::Given(client.url(&url)?),
            None => Location::discovered(settings.issuer),
        };
        Ok(Self {
            client,
            location,
            authorization: basic(settings.client_id, settings.secret)?,
            turns: Arc::new(Semaphore::new(settings.max_in_flight)),
            places: Arc::new(Semaphore::new(settings.max_in_flight.saturating_add(QUEUE))),
        })
    }

    /// A place among those who ask or wait.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError::Busy`] where too many wait already.
    pub(super) fn place(&self) -> Result<Permit, IntrospectionError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| IntrospectionError::Busy)
    }

    /// A turn to ask, which is over when it is dropped.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError::Busy`] where none came until the deadline.
    pub(super) async fn turn(&self, deadline: Instant) -> Result<Permit, IntrospectionError> {
        let turn = timeout_at(deadline, Arc::clone(&self.turns).acquire_owned()).await;
        // closed never, so that a turn comes or the time ends
        turn.ok()
            .and_then(Result::ok)
            .ok_or(IntrospectionError::Busy)
    }

    /// Asks what the issuer says of a token.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError`] where no answer came until the deadline that can be read.
    pub(super) async fn ask(
        &self,
        token: &[u8],
        now: NumericDate,
        deadline: Instant,
    ) -> Result<Vec<u8>, IntrospectionError> {
        let form = format!(
            "token={}&token_type_hint=access_token",
            percent_encode(token, FORM)
        );
        let request = Request::post(self.location.url(now)?)
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form))
            .map_err(|_| HttpsError::InsecureUrl)?;
        let answer = self.client.exchange(request, &["application/json"]);
        let answer = timeout_at(deadline, answer).await;
        Ok(answer.map_err(|_| HttpsError::Timeout)??)
    }

    /// Asks about a token of our own, beside those who wait for a turn: however many tokens
    /// callers bring, they cannot make an endpoint look as if it did not answer.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError`] where no answer came within 5 s that can be read.
    pub(super) async fn ask_at_once(
        &self,
        token: &[u8],
        now: NumericDate,
    ) -> Result<Vec<u8>, IntrospectionError> {
        self.ask(token, now, Instant::now() + TIMEOUT).await
    }

    /// Finds out where to ask, where that is not given and was not found just before.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError`] where that could not be found within 5 s.
    pub(super) async fn look_up(&self, now: NumericDate) -> Result<(), IntrospectionError> {
        self.location.look_up(&self.client, now).await
    }

    /// Whether it is known where to ask.
    pub(super) fn is_located(&self, now: NumericDate) -> bool {
        self.location.url(now).is_ok()
    }

    /// Whether it should be looked up where to ask.
    pub(super) fn is_stale(&self, now: NumericDate) -> bool {
        self.location.is_stale(now)
    }

    /// Takes the turns that callers' tokens would have, all of them.
    #[cfg(test)]
    pub(super) async fn take_turns(&self) -> tokio::sync::SemaphorePermit<'_> {
        let free = self.turns.available_permits().try_into().unwrap();
        self.turns.acquire_many(free).await.unwrap()
    }
}

/// `client_secret_basic` ([RFC 6749 §2.3.1]): both parts are escaped before they are joined.
///
/// The header wipes its bytes once nobody holds them, and no copy is left on the way to it.
///
/// [RFC 6749 §2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
fn basic(client_id: &str, secret: &Secret) -> Result<HeaderValue, HttpsError> {
    const SCHEME: &[u8] = b"Basic ";
    let pair = pair(client_id, secret);
    let unfit = || HttpsError::InsecureUrl;
    let encoded = base64::encoded_len(pair.len(), true).ok_or_else(unfit)?;
    let mut header = Zeroizing::new(vec![0; SCHEME.len() + encoded]);
    let (scheme, credentials) = header.split_at_mut(SCHEME.len());
    scheme.copy_from_slice(SCHEME);
    let written = STANDARD.encode_slice(&*pair, credentials);
    written.map_err(|_| unfit())?;
    let header = Bytes::from_owner(header);
    let mut value = HeaderValue::from_maybe_shared(header).map_err(|_| unfit())?;
    value.set_sensitive(true);
    Ok(value)
}

/// Both parts, escaped, in memory that has room for them from the beginning: what a text leaves
/// behind where it grows is not wiped.
fn pair(client_id: &str, secret: &Secret) -> Zeroizing<String> {
    let mut pair = Zeroizing::new(String::with_capacity(room(client_id, secret)));
    pair.extend(percent_encode(client_id.as_bytes(), FORM));
    pair.push(':');
    pair.extend(percent_encode(secret.expose(), FORM));
    pair
}

/// An escaped byte is three, and a colon stands between the parts.
fn room(client_id: &str, secret: &Secret) -> usize {
    3 * (client_id.len() + secret.len()) + 1
}

/// Nothing: a credential is in it.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(client_id: &str, secret: &str) -> String {
        let header = basic(client_id, &Secret::new(secret)).unwrap();
        assert!(header.is_sensitive());
        let encoded = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
    }

    /// RFC 6749 §2.3.1 and appendix B.
    #[test]
    fn client_id_and_secret_are_escaped_before_they_are_joined() {
        for (client_id, secret, joined) in [
            ("orders-api", "s3cret_.*", "orders-api:s3cret_.*"),
            (
                "https://orders.example",
                "a:b c",
                "https%3A%2F%2Forders.example:a%3Ab%20c",
            ),
            ("ü", "+%&=", "%C3%BC:%2B%25%26%3D"),
        ] {
            assert_eq!(decoded(client_id, secret), joined);
        }
    }

    /// Or parts of the secret would stay in memory that nobody wipes.
    #[test]
    fn a_secret_is_escaped_without_growing() {
        for secret in ["s", "+%&=", &"/".repeat(1000), &"s".repeat(1000)] {
            let room = room("ü", &Secret::new(secret));
            let pair = pair("ü", &Secret::new(secret));
            assert_eq!(pair.capacity(), room);
            assert!(pair.len() <= room);
        }
        assert_eq!(
            pair("ü", &Secret::new("/")).len(),
            room("ü", &Secret::new("/"))
        );
    }

    #[test]
    fn a_url_is_https_or_loopback_where_that_is_allowed() {
        for (url, strictly, loosely) in [
            ("https://a.example/introspect", true, true),
            ("http://127.0.0.1:8080/introspect", false, true),
            ("http://a.example/introspect", false, false),
            ("a.example/introspect", false, false),
            ("/introspect", false, false),
            ("", false, false),
        ] {
            for (allow_loopback_http, is_fit) in [(false, strictly), (true, loosely)] {
                let endpoint = Endpoint::new(EndpointSettings {
                    issuer: "https://a.example",
                    url: Some(url.to_owned()),
                    client_id: "c",
                    secret: &Secret::new("s"),
                    max_in_flight: 1,
                    allow_loopback_http,
                });
                assert_eq!(endpoint.is_ok(), is_fit, "{url}");
            }
        }
    }
}
