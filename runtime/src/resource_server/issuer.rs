//! One trusted issuer, a typestate: `trust` requires an audience.

use std::time::Duration;

use crate::claims::Grants;
use crate::keys::Algorithm;
use crate::resource_server::error::ConfigError;
#[cfg(feature = "introspection")]
use crate::resource_server::introspection::Introspection;
use crate::resource_server::options::ServerOptions;
use crate::resource_server::resource::{NoResource, WithResource};
use crate::resource_server::settings::IssuerSettings;
use crate::resource_server::summary::IssuerSummary;
use crate::resource_server::token_lifetime::TokenLifetime;
use crate::secret::Secret;
#[cfg(feature = "introspection")]
use crate::token::OpaqueTokens;
use crate::token::{DEFAULT_TOKEN_LIMIT, Profile, SubjectKey, TrustedIssuer};

/// An authorization server whose access tokens an API accepts.
///
/// Its tokens are validated by RFC 9068, which requires `typ` `at+jwt` and the claims `iss`, `sub`,
/// `aud`, `exp`, `iat`, `jti` and `client_id`, or by the [`Profile`] of a provider that differs.
/// Its keys are fetched through its metadata document when the server is built and refreshed
/// every 5 minutes, unless [`jwks`](Self::jwks), [`pem`](Self::pem) or [`hmac`](Self::hmac) set them, or
/// [`keys_url`](Self::keys_url) their URL.
///
/// # Examples
///
/// ```
/// use palisade::Issuer;
///
/// let issuer = Issuer::new("https://login.example.govt.nz").audience("https://orders.example.govt.nz");
/// # let _ = issuer;
/// ```
#[derive(Clone, Debug)]
#[must_use = "an issuer has no effect until it is passed to `Builder::trust(…)`"]
pub struct Issuer<A = NoAudience> {
    settings: IssuerSettings,
    audience: A,
}

/// The state of an [`Issuer`] without an audience.
#[derive(Clone, Copy, Debug)]
pub struct NoAudience;

/// The state of an [`Issuer`] with at least one audience.
#[derive(Clone, Debug)]
pub struct WithAudience(Vec<String>);

/// An issuer has an audience, or its server a resource.
///
/// [`Builder::trust`](crate::resource_server::Builder::trust) requires this: without an audience, a
/// token for any other API of the same issuer would be accepted. Add
/// [`audience`](crate::Issuer::audience), with the `aud` that the issuer writes into tokens for this API, or name
/// the [`resource`](crate::resource_server::Builder::resource) before, if its URL is that `aud`.
#[diagnostic::on_unimplemented(
    message = "this issuer has no audience",
    label = "tokens for any other API would be accepted",
    note = "help: add `.audience(\"https://orders.example\")` with the `aud` of its tokens for this API, or call `.resource(…)` before `.trust(…)`"
)]
pub trait HasAudience<R = NoResource> {
    #[doc(hidden)]
    fn into_audiences(self, resource: &R) -> Vec<String>;
}

#[diagnostic::do_not_recommend]
impl<R> HasAudience<R> for WithAudience {
    fn into_audiences(self, _: &R) -> Vec<String> {
        self.0
    }
}

#[diagnostic::do_not_recommend]
impl HasAudience<WithResource> for NoAudience {
    fn into_audiences(self, resource: &WithResource) -> Vec<String> {
        vec![resource.0.clone()]
    }
}

/// The resource of no builder.
#[doc(hidden)]
pub enum UnusedResource {}

// with the impl above alone, rustc would add in five lines that it exists
#[diagnostic::do_not_recommend]
impl HasAudience<UnusedResource> for NoAudience {
    fn into_audiences(self, resource: &UnusedResource) -> Vec<String> {
        match *resource {}
    }
}

impl Issuer {
    /// Creates an issuer from its URL, which must equal the `iss` of its tokens byte by byte.
    ///
    /// It must be https without user, query and fragment ([RFC 8414 §2]).
    ///
    /// [RFC 8414 §2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            settings: IssuerSettings::new(url.into()),
            audience: NoAudience,
        }
    }

    /// Sets the audience that the `aud` of its tokens must contain ([RFC 9068 §4]).
    ///
    /// Further calls add further audiences, of which one is enough.
    ///
    /// [RFC 9068 §4]: https://www.rfc-editor.org/rfc/rfc9068#section-4
    pub fn audience(self, audience: impl Into<String>) -> Issuer<WithAudience> {
        Issuer {
            settings: self.settings,
            audience: WithAudience(vec![audience.into()]),
        }
    }
}

impl Issuer<WithAudience> {
    /// Adds another audience: the `aud` of a token must contain one of them.
    ///
    /// An API has several if its identifier changes, or if the issuer writes the client's identifier into
    /// tokens and several clients use the API ([RFC 7519 §4.1.3]).
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::{Issuer, Profile};
    ///
    /// let pool = Issuer::new("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE")
    ///     .audience("web-client-id")
    ///     .audience("phone-client-id")
    ///     .profile(Profile::Cognito);
    /// # let _ = pool;
    /// ```
    ///
    /// [RFC 7519 §4.1.3]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience.0.push(audience.into());
        self
    }
}

impl<A> Issuer<A> {
    /// Sets the issuer's keys from a JWK set ([RFC 7517 §5]) of at most 64 KiB; nothing is fetched.
    ///
    /// [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
    pub fn jwks(mut self, json: impl Into<Vec<u8>>) -> Self {
        self.settings.jwks = Some(json.into());
        self
    }

    /// Adds a public key for an algorithm, as one PEM section `PUBLIC KEY`; nothing is fetched.
    ///
    /// Each algorithm can have one such key.
    pub fn pem(mut self, algorithm: Algorithm, text: impl Into<String>) -> Self {
        self.settings.pems.push((algorithm, text.into()));
        self
    }

    /// Sets a secret shared with the issuer; nothing is fetched.
    ///
    /// The secret must be at least as long as the hash: 32, 48 or 64 bytes ([RFC 7518 §3.2]).
    ///
    /// # Security
    ///
    /// Every party that can verify such a token can also forge one. Prefer asymmetric signatures.
    ///
    /// [RFC 7518 §3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
    pub fn hmac(mut self, algorithm: Algorithm, secret: Secret) -> Self {
        self.settings.secret = Some((algorithm, secret));
        self
    }

    /// Sets the allowed algorithms; by default RS256, PS256, ES256, `EdDSA`, and those of [`pem`](Self::pem).
    ///
    /// A key without `alg` is bound to the first algorithm in the list that fits its type. With
    /// [`hmac`](Self::hmac) the default is the algorithm of the secret alone.
    pub fn algorithms(mut self, allowed: impl IntoIterator<Item = Algorithm>) -> Self {
        self.settings.algorithms = Some(allowed.into_iter().collect());
        self
    }

    /// Sets the access-token format of the issuer's provider; by default RFC 9068.
    ///
    /// [`Profile::custom`] describes a provider without a named profile.
    pub fn profile(mut self, profile: impl Into<Profile>) -> Self {
        self.settings.profile = Some(profile.into());
        self
    }

    /// Sets the claim with the roles: a JSON Pointer ([RFC 6901]).
    ///
    /// By default the [`Profile`] determines it; for RFC 9068 it is `/roles`. The roles are an array of
    /// strings, an array of objects with a `value` ([RFC 9068 §2.2.3.1]), or one string for one role. A token
    /// without the claim, or with `null`, has no roles. A claim of any other form grants no roles either;
    /// the audit event then has `malformed_roles`.
    ///
    /// [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901
    /// [RFC 9068 §2.2.3.1]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3.1
    pub fn roles_claim(mut self, pointer: impl Into<String>) -> Self {
        self.settings.roles_claim = Some(pointer.into());
        self
    }

    /// Sets the scopes and roles that the issuer may grant; those of other tokens are ignored.
    ///
    /// A server that trusts several issuers requires this, or
    /// [`grants_everything`](Self::grants_everything), for each of them. Without it, a single issuer
    /// grants everything.
    ///
    /// # Security
    ///
    /// An issuer for partners should not be able to issue an administrator's token. Scopes and roles
    /// that an issuer may not grant are in neither [`Caller::scopes`](crate::Caller::scopes),
    /// [`Caller::roles`](crate::Caller::roles) nor typed claims. Other claims are unchanged: a handler that
    /// decides by another claim must consider the issuer.
    pub fn grants(mut self, grants: Grants) -> Self {
        self.settings.grants = Some(grants);
        self
    }

    /// Accepts every scope and role in the issuer's tokens; see [`grants`](Self::grants).
    pub fn grants_everything(self) -> Self {
        self.grants(Grants::everything())
    }

    /// Marks the issuer of a test client, which does not count as one of several issuers.
    #[cfg(feature = "testing")]
    pub(crate) fn beside_others(mut self) -> Self {
        self.settings.is_beside_others = true;
        self
    }

    /// Sets the tolerated clock difference: at most 300 s, by default 30 s ([RFC 7519 §4.1.4]).
    ///
    /// [RFC 7519 §4.1.4]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.settings.clock_skew = skew;
        self
    }

    /// Sets the maximum token lifetime, `exp` minus `iat`: at most 90 minutes, for the given reason.
    ///
    /// By default it is 30 minutes, unless the [`Profile`] has a longer one.
    pub fn max_token_lifetime(mut self, lifetime: Duration, reason: impl Into<String>) -> Self {
        self.settings.lifetime = TokenLifetime::UpToLimit(lifetime, reason.into());
        self
    }

    /// Sets how long fetched keys are used while the issuer is unavailable: 5 minutes to 24 hours.
    ///
    /// By default it is one hour. Keys are refreshed after a twelfth of it, so that a key that the
    /// issuer withdraws is soon rejected. Once the keys are older, every request with a token of
    /// this issuer is answered with 503.
    pub fn max_key_age(mut self, age: Duration) -> Self {
        self.settings.max_key_age = Some(age);
        self
    }

    /// Introspects the issuer's tokens: opaque ones, or JWTs that it may have revoked ([RFC 7662]).
    ///
    /// [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662
    #[cfg(feature = "introspection")]
    pub fn introspect(mut self, introspection: Introspection) -> Self {
        self.settings.introspection = Some(introspection);
        self
    }

    /// Fetches the issuer's keys from this URL, without a discovery document.
    ///
    /// The keys are refreshed and limited like those of a discovery document. The URL must be https
    /// without user and fragment; with [`allow_loopback_http`](Self::allow_loopback_http), it may be
    /// http to loopback.
    ///
    /// # Security
    ///
    /// Every key at this URL can sign tokens of the issuer. A discovery document would confirm that the URL
    /// belongs to the issuer; here the configuration states it.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::Issuer;
    ///
    /// let issuer = Issuer::new("https://login.example.govt.nz")
    ///     .audience("https://orders.example.govt.nz")
    ///     .keys_url("https://login.example.govt.nz/keys.json");
    /// # let _ = issuer;
    /// ```
    #[cfg(feature = "discovery")]
    pub fn keys_url(mut self, url: impl Into<String>) -> Self {
        self.settings.keys_url = Some(url.into());
        self
    }

    /// Trusts root certificates for requests to the issuer, in addition to those of the operating system.
    ///
    /// The text has one or more PEM sections `CERTIFICATE`, and no others. It applies to the discovery
    /// document, the keys, the introspection endpoint, and an https proxy. Each call adds certificates.
    ///
    /// # Security
    ///
    /// The owner of a root certificate's private key can impersonate the issuer's servers, and so
    /// provide keys that sign tokens. The certificates apply to this issuer only, and
    /// [`ResourceServer::relaxations`](crate::ResourceServer::relaxations) lists them.
    #[cfg(feature = "discovery")]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.settings.root_certificates.push(pem.into());
        self
    }

    /// Allows `http` URLs of the issuer, its keys and its endpoints, on loopback only: for development.
    ///
    /// # Security
    ///
    /// Every program that can listen on the port can provide keys that sign tokens. Do not call it in a release
    /// build. [`ResourceServer::relaxations`](crate::ResourceServer::relaxations) lists it.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::Issuer;
    ///
    /// let issuer = match std::env::var("DEV_ISSUER") {
    ///     Ok(url) if cfg!(debug_assertions) => Issuer::new(url).allow_loopback_http(),
    ///     _ => Issuer::new("https://login.example.govt.nz"),
    /// };
    /// # let _ = issuer;
    /// ```
    pub fn allow_loopback_http(mut self) -> Self {
        self.settings.allow_loopback_http = true;
        self
    }

    pub(crate) fn dangerous_lifetime(mut self, lifetime: Duration, reason: String) -> Self {
        self.settings.lifetime = TokenLifetime::Unlimited(lifetime, reason);
        self
    }

    pub(crate) fn dangerous_plain_subjects(mut self, reason: String) -> Self {
        self.settings.plain_subjects = Some(reason);
        self
    }
}

impl<A> Issuer<A> {
    /// Returns the issuer with its own audiences, or with the resource as its audience.
    pub(super) fn into_with_audience<R>(self, resource: &R) -> Issuer<WithAudience>
    where
        A: HasAudience<R>,
    {
        Issuer {
            settings: self.settings,
            audience: WithAudience(self.audience.into_audiences(resource)),
        }
    }
}

impl Issuer<WithAudience> {
    pub(super) fn url(&self) -> &str {
        &self.settings.issuer
    }

    /// Returns the audit view; `token_limit` is the server's maximum length of tokens, in bytes.
    /// `hashes_subjects` is whether audit events carry a hash of the subject.
    pub(super) fn summary(&self, token_limit: usize, hashes_subjects: bool) -> IssuerSummary {
        let settings = &self.settings;
        let mut relaxations = settings.relaxations();
        if token_limit > DEFAULT_TOKEN_LIMIT {
            relaxations.push(format!("tokens have up to {token_limit} bytes"));
        }
        IssuerSummary {
            issuer: settings.issuer.clone(),
            audiences: self.audience.0.clone(),
            profile: settings.jwt_profile(),
            algorithms: settings.jwt_algorithms(),
            keys: settings.jwt_keys(),
            max_key_age: settings.fetches_keys().then(|| settings.key_age()),
            clock_skew: settings.clock_skew,
            max_lifetime: settings.lifetime().0,
            roles_claim: settings.roles_pointer(),
            #[cfg(feature = "introspection")]
            introspection: settings.introspection.as_ref().map(Introspection::summary),
            #[cfg(all(feature = "discovery", feature = "openapi"))]
            found_in: settings.found_in.clone(),
            token_limit,
            grants: settings.grants.clone(),
            hashes_subjects,
            relaxations,
        }
    }

    /// Returns the maximum length of its tokens in bytes, if its profile sets one.
    pub(super) fn max_token_len(&self) -> Option<usize> {
        self.settings.max_token_len()
    }

    /// Returns whether the issuer must state its grants if there are several such issuers.
    pub(super) fn needs_grants(&self) -> bool {
        !self.settings.is_beside_others
    }

    pub(super) fn has_grants(&self) -> bool {
        self.settings.grants.is_some()
    }

    /// Checks the settings, and loads the keys.
    pub(super) async fn build(
        self,
        options: &ServerOptions,
        subject_key: Option<&SubjectKey>,
    ) -> Result<TrustedIssuer, ConfigError> {
        let WithAudience(audiences) = self.audience;
        self.settings.build(audiences, options, subject_key).await
    }

    /// Returns how its opaque tokens are recognized, or `None` without introspection.
    #[cfg(feature = "introspection")]
    pub(super) fn opaque_tokens(&self) -> Result<Option<OpaqueTokens>, ConfigError> {
        self.settings.opaque_tokens()
    }
}
