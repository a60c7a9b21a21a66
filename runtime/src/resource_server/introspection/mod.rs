//! What an operator says of an issuer that is asked about its tokens.

mod checks;
mod error;
mod prefix;

use std::fmt;
use std::time::Duration;

use crate::secret::Secret;

pub(super) use self::checks::ambiguous;
pub use self::error::IntrospectionConfigError;

const DEFAULT_MEMORY: Duration = Duration::from_mins(1);
const DEFAULT_REFUSAL_MEMORY: Duration = Duration::from_secs(5);
const DEFAULT_IN_FLIGHT: usize = 32;

/// Which of an issuer's tokens it is asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IntrospectedTokens {
    /// Its opaque tokens; its JWTs are refused. The default.
    #[default]
    Opaque,
    /// Its opaque tokens; its JWTs are judged by its keys alone.
    OpaqueBesideJwts,
    /// Its JWTs, once its keys have proved them; its opaque tokens are refused.
    Jwts,
    /// Its opaque tokens, and its JWTs once its keys have proved them.
    All,
}

impl IntrospectedTokens {
    pub(super) const fn has_opaque(self) -> bool {
        !matches!(self, Self::Jwts)
    }

    /// Whether JWTs are accepted at all.
    pub(super) const fn has_jwts(self) -> bool {
        !matches!(self, Self::Opaque)
    }

    pub(super) const fn asks_about_jwts(self) -> bool {
        matches!(self, Self::Jwts | Self::All)
    }
}

/// How an issuer is asked about its tokens ([RFC 7662]).
///
/// The API sends the token to the issuer's introspection endpoint, as a client of its own that is
/// authenticated by `client_secret_basic`. A token is accepted only where the answer says `active`
/// with the literal `true`, and names this API in `aud`; `sub`, `exp` and `iat` are demanded as
/// they are of a JWT, and `iss`, `nbf`, `cnf`, `scope` and `token_type` are judged where they are
/// there. Where no answer comes that can be read, the request is answered with 503.
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
#[must_use = "an issuer is asked about its tokens by `Issuer::introspect(…)`"]
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
    /// Asks as the client that the issuer knows this API by.
    ///
    /// The endpoint is the one that the issuer's discovery document names ([RFC 8414 §2]). It is
    /// looked up anew every hour, and once a minute while it does not answer. Where the document
    /// cannot be had, it is asked for every 5 s at most, and what it named last is used for a day.
    ///
    /// [RFC 8414 §2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
    pub fn new(client_id: impl Into<String>, secret: Secret) -> Self {
        Self {
            client_id: client_id.into(),
            secret,
            endpoint: None,
            tokens: IntrospectedTokens::default(),
            prefix: None,
            cache_for: DEFAULT_MEMORY,
            cache_refusals_for: DEFAULT_REFUSAL_MEMORY,
            max_in_flight: DEFAULT_IN_FLIGHT,
            client_as_subject: None,
        }
    }

    /// Asks at this URL; no discovery document is looked up for it.
    ///
    /// It is https without user and fragment ([RFC 7662 §2]); a query is sent as it stands.
    ///
    /// [RFC 7662 §2]: https://www.rfc-editor.org/rfc/rfc7662#section-2
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Says which tokens the issuer is asked about; by default its opaque ones.
    pub fn tokens(mut self, tokens: IntrospectedTokens) -> Self {
        self.tokens = tokens;
        self
    }

    /// Says how the issuer's opaque tokens begin.
    ///
    /// Where several issuers of one API have opaque tokens, this tells whose a token is: no issuer
    /// ever sees another's tokens. One of them may do without a prefix; it is asked about all
    /// tokens that begin like no other's, but for those of three parts with dots between them, which
    /// are JWTs. A prefix has at most 64 characters of those that a bearer token may have. One
    /// that a JWT may begin with, as `eyJ`, is refused when the server is built: a JWT would be
    /// sent to an issuer before any key has proved whose it is.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Uses an answer for so long, and never past the token's `exp`; by default 60 s, at most 15
    /// minutes.
    ///
    /// For so long a token is accepted after the issuer has revoked it. With zero every request
    /// asks, but for those that come while their token is being asked about: they share the answer.
    pub fn cache_for(mut self, time: Duration) -> Self {
        self.cache_for = time;
        self
    }

    /// Refuses a token without asking again for so long; by default 5 s, at most 60 s.
    pub fn cache_refusals_for(mut self, time: Duration) -> Self {
        self.cache_refusals_for = time;
        self
    }

    /// Asks about so many tokens at a time; by default 32, at most 1024.
    ///
    /// Further requests wait for their turn, those with 1024 different tokens at most, and are
    /// answered with 503 once they have waited for 5 s; beyond, with 503 at once.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = calls;
        self
    }

    /// Lets a token without `sub` speak for its client, for a reason.
    ///
    /// RFC 7662 leaves `sub` to the issuer; some leave it out where a client acts for itself.
    ///
    /// # Security
    ///
    /// Clients and users are then told apart by their names alone: where a client can choose or be
    /// given an id that is some user's `sub`, it is that user to
    /// [`Caller::identity`](crate::Caller::identity) ([RFC 9700 §4.15]). Set it only where the
    /// issuer keeps both apart.
    ///
    /// [RFC 9700 §4.15]: https://www.rfc-editor.org/rfc/rfc9700#section-4.15
    pub fn client_as_subject(mut self, reason: impl Into<String>) -> Self {
        self.client_as_subject = Some(reason.into());
        self
    }

    pub(super) const fn kinds(&self) -> IntrospectedTokens {
        self.tokens
    }
}

/// Without the secret, and without the URL, in which somebody may have put one.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("client_id", &self.client_id)
            .field("tokens", &self.tokens)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
