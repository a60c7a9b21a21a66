//! The settings of an issuer's introspection, their checks, and the first request to its endpoint.

mod checks;
mod error;
mod prefix;
mod summary;

use std::fmt;
use std::time::Duration;

use crate::secret::Secret;

pub(super) use self::checks::find_ambiguous;
pub use self::error::IntrospectionConfigError;
pub use self::summary::IntrospectionSummary;

const DEFAULT_CACHE_TIME: Duration = Duration::from_mins(1);
const DEFAULT_REJECTION_CACHE_TIME: Duration = Duration::from_secs(5);
const DEFAULT_IN_FLIGHT: usize = 32;

/// The tokens that are introspected at their issuer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IntrospectedTokens {
    /// Introspects opaque tokens and rejects JWTs. The default.
    #[default]
    Opaque,
    /// Introspects opaque tokens; JWTs are validated with the issuer's keys alone.
    OpaqueBesideJwts,
    /// Introspects JWTs after their signatures are verified, and rejects opaque tokens.
    Jwts,
    /// Introspects opaque tokens, and JWTs after their signatures are verified.
    All,
}

impl IntrospectedTokens {
    pub(super) const fn accepts_opaque(self) -> bool {
        !matches!(self, Self::Jwts)
    }

    pub(super) const fn accepts_jwts(self) -> bool {
        !matches!(self, Self::Opaque)
    }

    pub(super) const fn introspects_jwts(self) -> bool {
        matches!(self, Self::Jwts | Self::All)
    }
}

/// The settings for the introspection of an issuer's tokens ([RFC 7662]).
///
/// The API sends the token to the issuer's introspection endpoint and authenticates with
/// `client_secret_basic`. It accepts a token only if the response contains `active` with the
/// literal `true` and `aud` with this API. As in a JWT, `sub`, `exp` and `iat` are required;
/// `iss`, `nbf`, `cnf`, `scope` and `token_type` are checked if they are present. If the endpoint
/// is unavailable or its response is malformed, the request is answered with 503.
///
/// # Examples
///
/// ```
/// use palisade::{Introspection, Issuer, Secret};
///
/// # let secret = "from a file";
/// let issuer = Issuer::new("https://login.example.govt.nz")
///     .audience("https://orders.example.govt.nz")
///     .introspect(Introspection::new("orders-api", Secret::new(secret)));
/// # let _ = issuer;
/// ```
///
/// [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662
#[derive(Clone)]
#[must_use = "introspection has no effect until it is passed to `Issuer::introspect(…)`"]
pub struct Introspection {
    client_id: String,
    secret: Secret,
    endpoint: Option<String>,
    tokens: IntrospectedTokens,
    prefix: Option<String>,
    cache_for: Duration,
    cache_refusals_for: Duration,
    max_in_flight: usize,
    client_as_subject: Option<String>,
}

impl Introspection {
    /// Creates settings with the credentials of this API at the issuer.
    ///
    /// By default the endpoint comes from the issuer's metadata document ([RFC 8414 §2]). It is
    /// looked up again every hour, and every minute while the endpoint fails. While the document
    /// is unavailable, it is requested at most every 5 s, and the last known endpoint is used for
    /// up to 24 hours.
    ///
    /// [RFC 8414 §2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
    pub fn new(client_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            client_id: client_id.into(),
            secret,
            endpoint: None,
            tokens: IntrospectedTokens::default(),
            prefix: None,
            cache_for: DEFAULT_CACHE_TIME,
            cache_refusals_for: DEFAULT_REJECTION_CACHE_TIME,
            max_in_flight: DEFAULT_IN_FLIGHT,
            client_as_subject: None,
        }
    }

    /// Sets the URL of the endpoint, instead of the one in the metadata document.
    ///
    /// It must be https without user and fragment ([RFC 7662 §2]); a query is sent unchanged.
    ///
    /// [RFC 7662 §2]: https://www.rfc-editor.org/rfc/rfc7662#section-2
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets which tokens are introspected; by default opaque ones.
    pub fn tokens(mut self, tokens: IntrospectedTokens) -> Self {
        self.tokens = tokens;
        self
    }

    /// Sets the prefix of the issuer's opaque tokens, between 1 and 64 characters.
    ///
    /// With several issuers of opaque tokens, the prefix determines the issuer of a token, so that
    /// no issuer sees another's tokens. One issuer may have no prefix: it receives every token
    /// without a known prefix, except tokens of three parts separated by dots, which are JWTs.
    ///
    /// The characters are those of a bearer token ([RFC 6750 §2.1]) except `=`.
    ///
    /// # Security
    ///
    /// A prefix that a JWT can start with, such as `eyJ`, is a [`ConfigError`]: a JWT would be sent
    /// to an issuer before its signature is verified.
    ///
    /// [`ConfigError`]: crate::ConfigError
    /// [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Sets how long an active token is cached: at most 15 minutes, by default 60 s.
    ///
    /// An entry is never used after the token's `exp`. With zero every request is introspected,
    /// except that concurrent requests with the same token share one response.
    ///
    /// # Security
    ///
    /// A token that the issuer has revoked is accepted until its entry expires.
    pub fn cache_for(mut self, time: Duration) -> Self {
        self.cache_for = time;
        self
    }

    /// Sets how long a rejected token is cached: at most 60 s, by default 5 s.
    pub fn cache_refusals_for(mut self, time: Duration) -> Self {
        self.cache_refusals_for = time;
        self
    }

    /// Sets how many requests to the endpoint are in flight at once: 1 to 1024, by default 32.
    ///
    /// Requests with up to 1024 more tokens wait for at most 5 s, and are then answered with 503.
    /// Beyond that, requests are answered with 503 immediately.
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = requests;
        self
    }

    /// Accepts tokens without `sub`, with their client as the subject, for the given reason.
    ///
    /// `sub` is optional in RFC 7662. Some issuers omit it if a client acts for itself.
    ///
    /// # Security
    ///
    /// Clients and users then share one namespace. A client that can choose its ID, or obtain one
    /// that equals a user's `sub`, has that user's [`Caller::identity`](crate::Caller::identity)
    /// ([RFC 9700 §4.15]). Set it only if the issuer keeps the two apart.
    ///
    /// [RFC 9700 §4.15]: https://www.rfc-editor.org/rfc/rfc9700#section-4.15
    pub fn client_as_subject(mut self, reason: impl Into<String>) -> Self {
        self.client_as_subject = Some(reason.into());
        self
    }

    pub(super) const fn introspected_tokens(&self) -> IntrospectedTokens {
        self.tokens
    }
}

/// Omits the secret, and the URL, which may contain one.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("client_id", &self.client_id)
            .field("tokens", &self.tokens)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
