//! The authorization server, and its builder.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;

use crate::authorization_server::access_token::AccessTokenIssuer;
use crate::authorization_server::client::{Client, ClientStore, DynClientStore, RegisteredClients};
use crate::authorization_server::cors::BrowserOrigins;
use crate::authorization_server::expiring_names::ExpiringNames;
use crate::authorization_server::grant::{Grants, RefreshPolicy};
use crate::authorization_server::paths::{is_plain_path, path_of};
use crate::authorization_server::pushed_requests::{PushedRequestLimits, PushedRequests};
use crate::authorization_server::request_sealer;
use crate::authorization_server::resources::{Resource, Resources};
use crate::authorization_server::server_error::AuthorizationServerError;
use crate::authorization_server::signing_keys::{KeyUse, SigningKeys};
use crate::authorization_server::token_binding::TokenBinding;
use crate::claims::NumericDate;
use crate::clock::{Clock, SystemClock};
use crate::https::is_loopback;
use crate::keys::{Algorithm, DEFAULT_ALGORITHMS};
use crate::relying_party::vault::TokenVault;
use crate::seal::Sealer;
use crate::session::AppOrigin;

/// The maximum lifetime of access tokens (R7 of the standard).
const MAX_ACCESS_LIFETIME: Duration = Duration::from_mins(30);
const DEFAULT_ACCESS_LIFETIME: Duration = Duration::from_mins(10);

const MAX_REFRESH_LIFETIME: Duration = Duration::from_hours(24 * 365);
const DEFAULT_REFRESH_LIFETIME: Duration = Duration::from_hours(24 * 30);

/// The time for which a replaced refresh token returns its successor again.
const REFRESH_GRACE: Duration = Duration::from_secs(10);

/// The default limits of pushed requests, for public and for confidential clients each.
const DEFAULT_PUSHED_REQUESTS: PushedRequestLimits = PushedRequestLimits {
    per_client: 500,
    total: 2_000,
};
const MAX_PUSHED_REQUESTS: u32 = 1_000_000;

/// The limits of the logins of a user, whose list must fit into a record.
const DEFAULT_LOGINS: usize = 100;
const MAX_LOGINS: usize = 250;

const MIN_KEY_PERIOD: Duration = Duration::from_hours(24 * 2);
const DEFAULT_KEY_PERIOD: Duration = Duration::from_hours(24 * 30);

/// An authorization server ([RFC 6749 §1.1]): the rules of its endpoints, its keys, and its grants.
///
/// The application writes the pages on which users log in and consent. Each request is validated before a page is
/// shown. Clones are cheap and share everything.
///
/// [RFC 6749 §1.1]: https://www.rfc-editor.org/rfc/rfc6749#section-1.1
#[derive(Clone)]
pub struct AuthorizationServer {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) issuer: Arc<str>,
    pub(super) origin: AppOrigin,
    pub(super) clients: Box<dyn DynClientStore>,
    pub(super) resources: Resources,
    pub(super) grants: Grants,
    pub(super) pushed: PushedRequests,
    pub(super) names: ExpiringNames,
    pub(super) tokens: AccessTokenIssuer,
    pub(super) sealer: Sealer,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) refresh_lifetime: Duration,
    pub(super) requires_pushed_requests: bool,
    pub(super) browser_origins: BrowserOrigins,
}

/// Configures an [`AuthorizationServer`].
#[must_use = "a builder has no effect until `build` is called"]
pub struct AuthorizationServerBuilder {
    issuer: String,
    vault: TokenVault,
    clients: Box<dyn DynClientStore>,
    resources: Vec<(String, Option<String>)>,
    algorithm: Algorithm,
    id_token_algorithm: Algorithm,
    access_lifetime: Duration,
    refresh_lifetime: Duration,
    key_period: Duration,
    requires_pushed_requests: bool,
    pushed_requests: PushedRequestLimits,
    max_logins: usize,
    browser_origins: Vec<String>,
    allow_loopback_http: bool,
    clock: Arc<dyn Clock>,
}

impl AuthorizationServer {
    /// Configures a server with its issuer identifier, and the vault of its keys, codes and refresh tokens.
    ///
    /// Processes with the same issuer share a vault. Give the server a separate vault: the number of records of a vault is
    /// limited.
    pub fn builder(issuer: impl Into<String>, vault: TokenVault) -> AuthorizationServerBuilder {
        AuthorizationServerBuilder {
            issuer: issuer.into(),
            vault,
            clients: Box::new(RegisteredClients::default()),
            resources: Vec::new(),
            algorithm: Algorithm::ES256,
            id_token_algorithm: Algorithm::RS256,
            access_lifetime: DEFAULT_ACCESS_LIFETIME,
            refresh_lifetime: DEFAULT_REFRESH_LIFETIME,
            key_period: DEFAULT_KEY_PERIOD,
            requires_pushed_requests: false,
            pushed_requests: DEFAULT_PUSHED_REQUESTS,
            max_logins: DEFAULT_LOGINS,
            browser_origins: Vec::new(),
            allow_loopback_http: false,
            clock: Arc::new(SystemClock),
        }
    }

    /// Returns the issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    /// Returns the issuer of access tokens, to mint tokens outside the endpoints.
    pub fn access_tokens(&self) -> &AccessTokenIssuer {
        &self.shared.tokens
    }

    /// Returns whether each authorization request is pushed.
    #[cfg(feature = "report")]
    pub(crate) fn requires_pushed_requests(&self) -> bool {
        self.shared.requires_pushed_requests
    }

    /// Returns the path of the issuer, without a slash at its end.
    pub(super) fn issuer_path(&self) -> &str {
        path_of(&self.shared.issuer)
    }

    pub(super) fn now(&self) -> NumericDate {
        self.shared.clock.now()
    }

    /// Returns the policy of a client's refresh tokens: those of public clients are replaced at each use.
    ///
    /// A confidential client authenticates with each request, so that only tokens of public ones are bound to a certificate.
    pub(super) fn refresh_policy(
        &self,
        client: &Client,
        binding: Option<&TokenBinding>,
    ) -> RefreshPolicy {
        let is_public = !client.credential().is_confidential();
        RefreshPolicy {
            lifetime: self.shared.refresh_lifetime,
            rotates: is_public,
            grace: REFRESH_GRACE,
            certificate: binding
                .filter(|_| is_public)
                .map(|binding| binding.as_str().to_owned()),
        }
    }
}

impl AuthorizationServerBuilder {
    /// Sets the store of registered clients. The default has none.
    pub fn clients(mut self, clients: impl ClientStore) -> Self {
        self.clients = Box::new(clients);
        self
    }

    /// Adds an API: its identifier, which is the audience of its access tokens, and the scopes that it understands, separated
    /// by a space.
    ///
    /// The first API is the default of requests without a resource ([RFC 8707]).
    ///
    /// [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
    pub fn resource(mut self, url: impl Into<String>, scopes: impl Into<String>) -> Self {
        self.resources.push((url.into(), Some(scopes.into())));
        self
    }

    /// Adds an API that understands every scope of a client, for development.
    pub fn resource_with_any_scope(mut self, url: impl Into<String>) -> Self {
        self.resources.push((url.into(), None));
        self
    }

    /// Sets the algorithm of access tokens: ES256, which is the default, `EdDSA`, PS256 or RS256.
    ///
    /// After a change, the first key of the new algorithm is published for a day before it signs.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Sets the algorithm of ID tokens: RS256, which every client supports ([OpenID Connect Core §15.1]), `EdDSA`, ES256 or
    /// PS256.
    ///
    /// [OpenID Connect Core §15.1]: https://openid.net/specs/openid-connect-core-1_0.html#ServerMTI
    pub fn id_token_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.id_token_algorithm = algorithm;
        self
    }

    /// Sets the lifetime of access tokens: 10 minutes by default, at most 30 minutes.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.access_lifetime = lifetime;
        self
    }

    /// Sets the time from a login to the end of its refresh tokens, regardless of their use: 30 days by default, at most 365
    /// days.
    pub fn refresh_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.refresh_lifetime = lifetime;
        self
    }

    /// Sets the time for which a key signs: 30 days by default, at least 2 days. Its successor is published a day ahead.
    pub fn key_period(mut self, period: Duration) -> Self {
        self.key_period = period;
        self
    }

    /// Refuses authorization requests that were not pushed ([RFC 9126 §5]).
    ///
    /// [RFC 9126 §5]: https://www.rfc-editor.org/rfc/rfc9126#section-5
    pub fn require_pushed_requests(mut self) -> Self {
        self.requires_pushed_requests = true;
        self
    }

    /// Sets how many pushed requests wait for their browsers at most: those of one client, 500 by default, and those of all
    /// clients, 2,000 by default, which are counted separately for public and for confidential clients.
    ///
    /// A request over the limit is refused with 429 ([RFC 9126 §2.3]). A pushed request waits until it is used, for 90 s at
    /// most. When most of a client's number is in use, some requests are refused before all of it is.
    ///
    /// # Security
    ///
    /// Everyone can push requests in the name of a public client. The limits keep them from filling the vault; while the
    /// requests of a public client are at their limit, its users log in with requests that are not pushed.
    ///
    /// [RFC 9126 §2.3]: https://www.rfc-editor.org/rfc/rfc9126#section-2.3
    pub fn pushed_request_limits(mut self, per_client: u32, total: u32) -> Self {
        self.pushed_requests = PushedRequestLimits { per_client, total };
        self
    }

    /// Sets how many logins at clients a user has at most: 100 by default, 250 at most.
    ///
    /// A login over the limit ends the oldest one, of the client that has most logins of the user.
    pub fn max_logins_per_user(mut self, max: usize) -> Self {
        self.max_logins = max;
        self
    }

    /// Allows the pages of an origin, such as `https://app.example.govt.nz`, to send requests to the endpoints for public
    /// clients, and to read the responses ([Fetch §3.3]): `/token`, `/par` and `/revoke`. Without it, no origin is allowed.
    ///
    /// Applications in browsers need it if their pages have another origin than the server. Credentials of the browser are not
    /// part of such requests. Pages of every origin may read the keys and the metadata, and none the responses of the
    /// authorization endpoint, which browsers visit.
    ///
    /// [Fetch §3.3]: https://fetch.spec.whatwg.org/#http-cors-protocol
    pub fn browser_origin(mut self, origin: impl Into<String>) -> Self {
        self.browser_origins.push(origin.into());
        self
    }

    /// Allows an issuer with `http` on loopback, for development.
    pub fn allow_loopback_http(mut self) -> Self {
        self.allow_loopback_http = true;
        self
    }

    /// Sets the clock. The default is [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Reads the keys of the vault, or creates the first one, and returns the server.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is out of its range, or if the vault is unavailable.
    pub async fn build(self) -> Result<AuthorizationServer, AuthorizationServerError> {
        let origin = self.check_issuer()?;
        self.check_lifetimes()?;
        self.check_limits()?;
        let browser_origins = self.read_browser_origins()?;
        let algorithms = [self.algorithm, self.id_token_algorithm];
        if let Some(other) = algorithms
            .iter()
            .find(|algorithm| !DEFAULT_ALGORITHMS.contains(algorithm))
        {
            return Err(AuthorizationServerError::Algorithm(*other));
        }
        let resources = self.read_resources()?;
        let now = self.clock.now();
        let issuer: Arc<str> = self.issuer.as_str().into();
        let sealer = request_sealer::open(&self.vault, &issuer).await;
        let sealer = sealer.map_err(AuthorizationServerError::Vault)?;
        let keys = async |usage, algorithm| {
            let vault = self.vault.clone();
            let keys = SigningKeys::open(vault, &issuer, usage, algorithm, self.key_period, now);
            keys.await
                .map(Arc::new)
                .map_err(AuthorizationServerError::Vault)
        };
        let tokens = AccessTokenIssuer {
            issuer: Arc::clone(&issuer),
            keys: keys(KeyUse::AccessTokens, self.algorithm).await?,
            id_token_keys: keys(KeyUse::IdTokens, self.id_token_algorithm).await?,
            clock: Arc::clone(&self.clock),
            lifetime: self.access_lifetime,
        };
        Ok(AuthorizationServer {
            shared: Arc::new(Shared {
                grants: Grants::new(
                    self.vault.clone(),
                    self.issuer.clone(),
                    self.refresh_lifetime,
                    self.max_logins,
                ),
                pushed: PushedRequests::new(
                    self.vault.clone(),
                    self.issuer.clone(),
                    self.pushed_requests,
                ),
                names: ExpiringNames::new(self.vault, self.issuer),
                issuer,
                origin,
                clients: self.clients,
                resources,
                tokens,
                sealer,
                clock: self.clock,
                refresh_lifetime: self.refresh_lifetime,
                requires_pushed_requests: self.requires_pushed_requests,
                browser_origins,
            }),
        })
    }

    fn check_issuer(&self) -> Result<AppOrigin, AuthorizationServerError> {
        let error = || AuthorizationServerError::Issuer(self.issuer.clone());
        // `Uri` silently drops a fragment
        if self.issuer.contains(['?', '#', '@', '\\']) {
            return Err(error());
        }
        let uri: Uri = self.issuer.parse().map_err(|_| error())?;
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => self.allow_loopback_http && uri.host().is_some_and(is_loopback),
            _ => false,
        };
        if !is_secure || !is_plain_path(path_of(&self.issuer)) {
            return Err(error());
        }
        let (scheme, authority) = uri.scheme_str().zip(uri.authority()).ok_or_else(error)?;
        AppOrigin::parse(&format!("{scheme}://{authority}")).map_err(|_| error())
    }

    fn check_lifetimes(&self) -> Result<(), AuthorizationServerError> {
        let is_within = |time: Duration, max| time >= Duration::from_secs(1) && time <= max;
        let error = |name| Err(AuthorizationServerError::Lifetime(name));
        if !is_within(self.access_lifetime, MAX_ACCESS_LIFETIME) {
            return error("the lifetime of access tokens must be between 1 second and 30 minutes");
        }
        if !is_within(self.refresh_lifetime, MAX_REFRESH_LIFETIME) {
            return error("the lifetime of refresh tokens must be between 1 second and 365 days");
        }
        if self.key_period < MIN_KEY_PERIOD {
            return error("the period of a key must be at least 2 days");
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), AuthorizationServerError> {
        let error = |problem| Err(AuthorizationServerError::Limit(problem));
        let PushedRequestLimits { per_client, total } = self.pushed_requests;
        if per_client == 0 || per_client > total || total > MAX_PUSHED_REQUESTS {
            return error(
                "a client has 1 pushed request or more, and not more than all, of which there are at most 1,000,000",
            );
        }
        if !(1..=MAX_LOGINS).contains(&self.max_logins) {
            return error("a user has 1 to 250 logins");
        }
        Ok(())
    }

    fn read_browser_origins(&self) -> Result<BrowserOrigins, AuthorizationServerError> {
        let origins = self.browser_origins.iter().map(|text| {
            let origin = AppOrigin::parse(text).ok();
            // a browser compares the origin as a whole: a wildcard would never be one
            let origin = origin.filter(|_| !text.contains('*'));
            origin.ok_or_else(|| AuthorizationServerError::BrowserOrigin(text.clone()))
        });
        let origins: Vec<_> = origins.collect::<Result<_, _>>()?;
        Ok(BrowserOrigins::new(&origins))
    }

    fn read_resources(&self) -> Result<Resources, AuthorizationServerError> {
        let mut urls: Vec<_> = self.resources.iter().map(|(url, _)| url.as_str()).collect();
        urls.sort_unstable();
        let is_repeated = urls.windows(2).any(|pair| pair.first() == pair.last());
        if urls.is_empty() || is_repeated || urls.iter().any(|url| url.is_empty()) {
            return Err(AuthorizationServerError::Resource);
        }
        let resources = self.resources.iter();
        let resources =
            resources.map(|(url, scopes)| Resource::new(url.clone(), scopes.as_deref()));
        let resources = resources.collect::<Result<_, _>>();
        Ok(Resources::new(
            resources.map_err(AuthorizationServerError::Scopes)?,
        ))
    }
}

impl fmt::Debug for AuthorizationServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationServer")
            .field("issuer", &self.shared.issuer)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AuthorizationServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationServerBuilder")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
