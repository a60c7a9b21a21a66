//! Requests to another API, with a token for that API only.
//!
//! `token_source` comes before. The client sends its token to one origin, never after a redirect, and never without
//! TLS.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::Full;
use hyper::body::Bytes;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::https::{Client, HttpsError};
use crate::relying_party::challenge::{Challenge, StepUp};
use crate::relying_party::token_source::{AccessToken, TokenSource, TokenSourceError};

/// The default maximum time of a request, with all its repetitions.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The default maximum length of a response body, in bytes.
const RESPONSE_LIMIT: usize = 1024 * 1024;

/// A client of another API, at one origin.
///
/// - The token is sent to the API's origin only: same scheme, host and port. A request to another URL is an error.
/// - Redirects are not followed; the response is returned as it is.
/// - If the API rejects the token (401 with `invalid_token`), the client replaces it and repeats the request once.
/// - If the API demands more than the token ([`StepUp`]), the client asks its
///   [handler](ApiClientBuilder::on_step_up), and repeats the request once.
///
/// # Examples
///
/// ```
/// use palisade::relying_party::{ApiClient, TokenSource};
///
/// # async fn run(tokens: TokenSource) -> Result<(), Box<dyn std::error::Error>> {
/// let orders = ApiClient::builder("https://orders.example.govt.nz", tokens).build()?;
/// let request = http::Request::get("/orders").body(Vec::new())?;
/// let response = orders.send(request).await?;
/// assert_eq!(response.status(), 200);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ApiClient {
    shared: Arc<Shared>,
}

struct Shared {
    origin: Origin,
    tokens: TokenSource,
    client: Client,
    timeout: Duration,
    response_limit: usize,
    step_up: Option<Box<dyn DynAnswersStepUp>>,
}

/// Answers the demand of an API for more than the token, such as a login with a second factor.
pub trait AnswersStepUp: Send + Sync + 'static {
    /// Obtains a token that satisfies the demand, so that the client's [`TokenSource`] returns it.
    ///
    /// # Errors
    ///
    /// Returns an error if the demand cannot be satisfied now; [`ApiClientError::StepUp`] is returned then.
    fn answer(
        &self,
        demand: &StepUp,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;
}

/// An object-safe version of [`AnswersStepUp`].
trait DynAnswersStepUp: Send + Sync {
    fn answer<'a>(&'a self, demand: &'a StepUp) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;
}

impl<A: AnswersStepUp> DynAnswersStepUp for A {
    fn answer<'a>(&'a self, demand: &'a StepUp) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move { AnswersStepUp::answer(self, demand).await.is_ok() })
    }
}

/// The configuration of an [`ApiClient`].
#[must_use = "`build` returns the client"]
pub struct ApiClientBuilder {
    origin: String,
    tokens: TokenSource,
    timeout: Duration,
    response_limit: usize,
    step_up: Option<Box<dyn DynAnswersStepUp>>,
}

impl ApiClientBuilder {
    /// Sets the maximum time of a request with its repetitions; 30 s by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum length of a response body in bytes; 1 MiB by default.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Sets the handler of demands for more than the token; without one they are errors.
    pub fn on_step_up(mut self, handler: impl AnswersStepUp) -> Self {
        self.step_up = Some(Box::new(handler));
        self
    }

    /// Creates the client without sending a request.
    ///
    /// # Errors
    ///
    /// Returns [`ApiClientError::Origin`] unless the origin is `https://HOST[:PORT]`, or `http` on loopback for a
    /// provider that [allows it](super::ProviderBuilder::allow_loopback_http).
    pub fn build(self) -> Result<ApiClient, ApiClientError> {
        // its requests have the provider's roots, and the certificate of the client: RFC 8705 §3 binds tokens to it
        let client = self.tokens.relying_party().client().clone();
        let url = client.parse_url(&self.origin).ok();
        let is_origin = |url: &Uri| url.path() == "/" && url.query().is_none();
        let origin = url.filter(is_origin).and_then(|url| Origin::of(&url));
        Ok(ApiClient {
            shared: Arc::new(Shared {
                origin: origin.ok_or(ApiClientError::Origin)?,
                tokens: self.tokens,
                client,
                timeout: self.timeout,
                response_limit: self.response_limit,
                step_up: self.step_up,
            }),
        })
    }
}

impl ApiClient {
    /// Returns the configuration of a client of the API at this origin, such as `https://orders.example.govt.nz`.
    pub fn builder(origin: impl Into<String>, tokens: TokenSource) -> ApiClientBuilder {
        ApiClientBuilder {
            origin: origin.into(),
            tokens,
            timeout: TIMEOUT,
            response_limit: RESPONSE_LIMIT,
            step_up: None,
        }
    }

    /// Returns the source of the client's tokens.
    pub fn tokens(&self) -> &TokenSource {
        &self.shared.tokens
    }

    /// Sends a request with the token, and returns the response, whatever its status.
    ///
    /// The URL is a path of the API, or a URL of its origin. The client replaces the header `authorization`.
    ///
    /// # Errors
    ///
    /// Returns [`ApiClientError`] if there is no token, the exchange fails, or the API demands more than the token.
    pub async fn send<B: Into<Bytes>>(
        &self,
        request: Request<B>,
    ) -> Result<Response<Bytes>, ApiClientError> {
        let request = request.map(Into::into);
        let url = self.shared.origin.resolve(request.uri())?;
        let (mut head, body) = request.into_parts();
        head.uri = url;
        let request = Request::from_parts(head, body);
        let response = timeout(self.shared.timeout, self.shared.send(request)).await;
        response.unwrap_or(Err(ApiClientError::Https(HttpsError::Timeout)))
    }
}

impl Shared {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ApiClientError> {
        let mut token = self.tokens.token().await?;
        let (mut was_replaced, mut was_answered) = (false, false);
        loop {
            let response = self.send_with(&token, &request).await?;
            let challenge = match response.status() {
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                    Challenge::read(response.headers())
                }
                _ => Challenge::Other,
            };
            match challenge {
                Challenge::InvalidToken if !was_replaced => {
                    was_replaced = true;
                    token = match self.tokens.replace(&token).await {
                        Ok(token) => token,
                        // the API's own answer says more
                        Err(TokenSourceError::Ended) => return Err(TokenSourceError::Ended.into()),
                        Err(_) => return Ok(response),
                    };
                }
                Challenge::StepUp(demand) if was_answered => {
                    return Err(ApiClientError::StepUp(demand));
                }
                Challenge::StepUp(demand) => {
                    was_answered = true;
                    let answered = match &self.step_up {
                        Some(handler) => handler.answer(&demand).await,
                        None => false,
                    };
                    if !answered {
                        return Err(ApiClientError::StepUp(demand));
                    }
                    token = self.tokens.replace(&token).await?;
                }
                Challenge::InvalidToken | Challenge::Other => return Ok(response),
            }
        }
    }

    /// Sends a copy of a request with a token.
    async fn send_with(
        &self,
        token: &AccessToken,
        request: &Request<Bytes>,
    ) -> Result<Response<Bytes>, ApiClientError> {
        let mut copy = Request::builder()
            .method(request.method())
            .uri(request.uri())
            .body(Full::new(request.body().clone()))
            .map_err(|_| ApiClientError::OtherOrigin)?;
        *copy.headers_mut() = request.headers().clone();
        // these decide where a request goes, and belong to the connection
        for name in [
            header::HOST,
            header::TRANSFER_ENCODING,
            header::CONTENT_LENGTH,
        ] {
            copy.headers_mut().remove(name);
        }
        let authorization = bearer(token)?;
        copy.headers_mut()
            .insert(header::AUTHORIZATION, authorization);
        let response = self.client.exchange(copy, self.response_limit).await;
        response.map_err(ApiClientError::Https)
    }
}

/// Returns the value of `authorization`, which is zeroized when its last copy is dropped.
fn bearer(token: &AccessToken) -> Result<HeaderValue, ApiClientError> {
    const SCHEME: &[u8] = b"Bearer ";
    let token = token.secret().expose();
    let mut value = Zeroizing::new(Vec::with_capacity(SCHEME.len() + token.len()));
    value.extend_from_slice(SCHEME);
    value.extend_from_slice(token);
    let value = HeaderValue::from_maybe_shared(Bytes::from_owner(value));
    // a token of a response is a `b64token`
    let mut value = value.map_err(|_| ApiClientError::Https(HttpsError::InsecureUrl))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A scheme, a host and a port ([RFC 6454 §4]).
///
/// [RFC 6454 §4]: https://www.rfc-editor.org/rfc/rfc6454#section-4
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    pub(super) fn of(url: &Uri) -> Option<Self> {
        let scheme = url.scheme_str()?.to_ascii_lowercase();
        let default_port = match &*scheme {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let authority = url.authority()?;
        if authority.as_str().contains('@') {
            return None;
        }
        // `Uri::port` ignores a port that is not a number of 16 bits
        let after_host = authority.as_str().strip_prefix(authority.host())?;
        let port = match after_host.strip_prefix(':') {
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok()?,
            Some(_) => return None,
            None => default_port,
        };
        Some(Self {
            scheme,
            host: authority.host().to_ascii_lowercase(),
            port,
        })
    }

    /// Returns the URL of a path of this origin, or of a URL that has this origin.
    fn resolve(&self, url: &Uri) -> Result<Uri, ApiClientError> {
        let other = || ApiClientError::OtherOrigin;
        let path = match (url.scheme(), url.authority()) {
            (None, None) => url.path_and_query().ok_or_else(other)?,
            _ if Self::of(url).as_ref() == Some(self) => url.path_and_query().ok_or_else(other)?,
            _ => return Err(other()),
        };
        if !path.as_str().starts_with('/') {
            return Err(other());
        }
        Uri::builder()
            .scheme(&*self.scheme)
            .authority(format!("{}:{}", self.host, self.port))
            .path_and_query(path.clone())
            .build()
            .map_err(|_| other())
    }
}

/// An error of a request to an API.
#[derive(Debug)]
#[non_exhaustive]
pub enum ApiClientError {
    /// The API's origin is not `https://HOST[:PORT]`.
    Origin,
    /// The URL of the request is not of the API's origin. No token was sent.
    OtherOrigin,
    /// There is no token.
    Token(TokenSourceError),
    /// The exchange with the API failed.
    Https(HttpsError),
    /// The API demands more than the token: send the person to log in again with these demands.
    StepUp(StepUp),
}

impl fmt::Display for ApiClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin => f.write_str("the API's origin is not `https://HOST[:PORT]`"),
            Self::OtherOrigin => f.write_str("the URL is not of the API's origin"),
            Self::Token(error) => error.fmt(f),
            Self::Https(error) => error.fmt(f),
            Self::StepUp(_) => f.write_str("the API demands more than the token: log in again"),
        }
    }
}

impl Error for ApiClientError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Token(error) => error.source(),
            Self::Https(error) => error.source(),
            Self::Origin | Self::OtherOrigin | Self::StepUp(_) => None,
        }
    }
}

impl From<TokenSourceError> for ApiClientError {
    fn from(error: TokenSourceError) -> Self {
        Self::Token(error)
    }
}

impl fmt::Debug for ApiClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClient")
            .field("origin", &self.shared.origin)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ApiClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClientBuilder")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(origin: &str, url: &str) -> Option<String> {
        let origin = Origin::of(&origin.parse().unwrap()).unwrap();
        Some(origin.resolve(&url.parse().ok()?).ok()?.to_string())
    }

    #[test]
    fn path_and_url_of_the_same_origin_are_resolved() {
        let origin = "https://orders.example";
        for url in [
            "/orders?x=1",
            "https://orders.example/orders?x=1",
            "https://ORDERS.example:443/orders?x=1",
            "HTTPS://orders.example/orders?x=1",
        ] {
            let expected = Some("https://orders.example:443/orders?x=1".to_owned());
            assert_eq!(resolve(origin, url), expected, "{url}");
        }
        // a path, whatever it looks like
        let found = resolve(origin, "//evil.example/x").unwrap();
        assert!(
            found.starts_with("https://orders.example:443//evil"),
            "{found}"
        );
    }

    #[test]
    fn url_of_another_origin_is_rejected() {
        for url in [
            "http://orders.example/",
            "https://orders.example:8443/",
            "https://orders.example.evil.example/",
            "https://evil.example/",
            "https://orders.example@evil.example/",
            "https://u@orders.example/",
            "https://orders.example@orders.example/",
            "https://orders.example@orders.example:443/",
            "https://orders.example./",
            "https://xorders.example/",
            "ftp://orders.example/",
            "orders.example",
            "orders.example:443",
            "https://orders.example:/",
            "https://orders.example:99999/",
            "https://orders.example:+443/",
            "*",
        ] {
            assert_eq!(resolve("https://orders.example", url), None, "{url}");
        }
        assert_eq!(
            resolve("http://127.0.0.1:8080", "http://127.0.0.1:8081/"),
            None
        );
        assert_eq!(
            resolve("http://127.0.0.1:8080", "http://localhost:8080/"),
            None
        );
    }
}
