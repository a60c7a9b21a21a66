//! One issuer, as the operator trusts it.

use std::time::Duration;

use crate::keys::Algorithm;
use crate::resource_server::error::ConfigError;
#[cfg(feature = "introspection")]
use crate::resource_server::introspection::Introspection;
use crate::resource_server::options::Options;
use crate::resource_server::settings::{Lifetime, Settings};
use crate::resource_server::summary::IssuerSummary;
use crate::secret::Secret;
#[cfg(feature = "introspection")]
use crate::token::OpaqueTokens;
use crate::token::{Profile, TrustedIssuer};

/// An authorization server whose access tokens an API accepts.
///
/// Its tokens are judged by RFC 9068: `typ` is `at+jwt`, and `iss`, `sub`, `aud`, `exp`,
/// `iat`, `jti` and `client_id` are there; or by the [`Profile`] of a provider that differs.
/// Keys come from its discovery document, fetched when the server is built and kept fresh from
/// then on, unless they are given here.
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
#[must_use = "an issuer is trusted by `ResourceServer::builder().trust(…)`"]
pub struct Issuer<A = NoAudience> {
    settings: Settings,
    audience: A,
}

/// An issuer whose audience is not given yet.
#[derive(Clone, Copy, Debug)]
pub struct NoAudience;

/// An issuer that can be trusted.
#[derive(Clone, Debug)]
pub struct WithAudience(String);

/// An issuer whose tokens say that they are meant for this API.
#[diagnostic::on_unimplemented(
    message = "this issuer has no audience",
    label = "tokens meant for any other API would be accepted",
    note = "help: add `.audience(\"https://orders.example\")`, what its tokens carry as `aud` for this API"
)]
pub trait HasAudience {
    #[doc(hidden)]
    fn into_audience(self) -> String;
}

impl HasAudience for WithAudience {
    fn into_audience(self) -> String {
        self.0
    }
}

impl Issuer {
    /// Names the issuer by its URL, exactly as its tokens carry it in `iss`.
    pub fn new(url: impl Into<String>) -> Self {
        let settings = Settings::new(url.into());
        Self {
            settings,
            audience: NoAudience,
        }
    }

    /// Says what its tokens carry as `aud` when they are meant for this API.
    pub fn audience(self, audience: impl Into<String>) -> Issuer<WithAudience> {
        Issuer {
            settings: self.settings,
            audience: WithAudience(audience.into()),
        }
    }
}

impl<A> Issuer<A> {
    /// Gives the issuer's keys as the text of a JWK set ([RFC 7517 §5]); nothing is fetched.
    ///
    /// [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
    pub fn jwks(mut self, json: impl Into<Vec<u8>>) -> Self {
        self.settings.jwks = Some(json.into());
        self
    }

    /// Gives a public key as one PEM section `PUBLIC KEY`, one for each algorithm; nothing is fetched.
    pub fn pem(mut self, algorithm: Algorithm, text: impl Into<String>) -> Self {
        self.settings.pems.push((algorithm, text.into()));
        self
    }

    /// Gives a secret that is shared with the issuer, of at least the hash's size.
    ///
    /// # Security
    ///
    /// Whoever can check such a token can also make one. Prefer signatures.
    pub fn hmac(mut self, algorithm: Algorithm, secret: Secret) -> Self {
        self.settings.secret = Some((algorithm, secret));
        self
    }

    /// Allows these algorithms only; by default RS256, PS256, ES256 and `EdDSA`.
    ///
    /// A key without `alg` is bound to the first that fits its type.
    pub fn algorithms(mut self, allowed: impl IntoIterator<Item = Algorithm>) -> Self {
        self.settings.algorithms = Some(allowed.into_iter().collect());
        self
    }

    /// Judges its JWTs by the form that its provider gives them; by default RFC 9068.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.settings.profile = Some(profile);
        self
    }

    /// Says where its tokens carry roles: a JSON Pointer ([RFC 6901]) to an array of strings.
    ///
    /// By default it is where the [`Profile`] has them: for RFC 9068 `/roles`. A token without
    /// the claim holds no role; one whose claim is anything else is refused.
    ///
    /// [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901
    pub fn roles_claim(mut self, pointer: impl Into<String>) -> Self {
        self.settings.roles_claim = Some(pointer.into());
        self
    }

    /// Allows clocks to differ by so much, at most 300 s; by default 30 s.
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.settings.clock_skew = skew;
        self
    }

    /// Accepts tokens that live for so long, at most 90 minutes, for a reason; by default 30 minutes.
    pub fn max_token_lifetime(mut self, lifetime: Duration, reason: impl Into<String>) -> Self {
        self.settings.lifetime = Lifetime::Reasoned(lifetime, reason.into());
        self
    }

    /// Uses fetched keys for so long while the issuer cannot be reached; by default an hour.
    ///
    /// Between 5 minutes and a day. Keys are fetched anew twelve times as often, so that a key
    /// that the issuer withdraws is refused soon after; with the bound passed every token of
    /// this issuer is answered with 503.
    pub fn max_key_age(mut self, age: Duration) -> Self {
        self.settings.max_key_age = Some(age);
        self
    }

    /// Asks the issuer about its tokens: opaque ones, or JWTs that it may have revoked.
    #[cfg(feature = "introspection")]
    pub fn introspect(mut self, introspection: Introspection) -> Self {
        self.settings.introspection = Some(introspection);
        self
    }

    /// Allows the issuer, its keys and its endpoints to be reached by `http`, on loopback only.
    pub fn allow_loopback_http(mut self) -> Self {
        self.settings.allow_loopback_http = true;
        self
    }

    pub(crate) fn dangerous_lifetime(mut self, lifetime: Duration, reason: String) -> Self {
        self.settings.lifetime = Lifetime::Dangerous(lifetime, reason);
        self
    }
}

impl<A: HasAudience> Issuer<A> {
    pub(super) fn into_audienced(self) -> Issuer<WithAudience> {
        Issuer {
            settings: self.settings,
            audience: WithAudience(self.audience.into_audience()),
        }
    }
}

impl Issuer<WithAudience> {
    pub(super) fn url(&self) -> &str {
        &self.settings.issuer
    }

    /// What an auditor wants to know of it.
    pub(super) fn summary(&self) -> IssuerSummary {
        IssuerSummary {
            issuer: self.settings.issuer.clone(),
            audience: self.audience.0.clone(),
            profile: self.settings.jwt_profile(),
            #[cfg(feature = "introspection")]
            introspected: self
                .settings
                .introspection
                .as_ref()
                .map(Introspection::kinds),
            relaxations: self.settings.relaxations(),
        }
    }

    /// Checks everything, and gathers the keys.
    pub(super) async fn build(self, options: &Options) -> Result<TrustedIssuer, ConfigError> {
        let WithAudience(audience) = self.audience;
        self.settings.build(audience, options).await
    }

    /// Which opaque tokens are its own, where it is asked about any token.
    #[cfg(feature = "introspection")]
    pub(super) fn opaque_tokens(&self) -> Result<Option<OpaqueTokens>, ConfigError> {
        self.settings.opaque_tokens()
    }
}
