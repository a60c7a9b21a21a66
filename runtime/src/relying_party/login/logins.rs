//! Logins of users at one provider.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::claims::{NumericDate, ScopeSet};
use crate::clock::Clock;
use crate::relying_party::client::RelyingParty;
use crate::relying_party::id_token::IdTokenValidator;
use crate::relying_party::random::UsedValues;
use crate::relying_party::signed_jwt::ProviderKeys;
use crate::seal::Sealer;

/// The maximum number of used states, and of used logout tokens, within their lifetime.
pub(super) const MAX_USED: usize = 100_000;

/// Logs users in at one provider, by the authorization code flow with PKCE. Clones share it.
///
/// An application with several providers has one value for each, with its own redirect URI. A response of one
/// provider never completes a login that was begun at another one (mix-up, [RFC 9700 §4.4]).
///
/// # Examples
///
/// ```no_run
/// use palisade::Secret;
/// use palisade::relying_party::{
///     ClientAuthentication, ClientRegistration, LoginRequest, Logins, Provider, RelyingParty, SealingKey,
/// };
///
/// # async fn run(secret: Secret, key: SealingKey, uri: &axum::http::Uri, headers: &axum::http::HeaderMap)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let provider = Provider::builder("https://login.example.govt.nz").build().await?;
/// let client = ClientRegistration::new("orders-web", ClientAuthentication::ClientSecretBasic(secret));
/// let party = RelyingParty::new(provider, client)?;
/// let logins = Logins::builder(party, "https://orders.example.govt.nz/callback", key).build().await?;
///
/// // GET /login: redirect to `location`, with each `set_cookie`
/// let begun = logins.begin(&LoginRequest::new(), headers).await?;
/// let (location, cookies) = (begun.location(), begun.set_cookies());
///
/// // GET /callback
/// let outcome = logins.complete(uri, headers).await;
/// let user = outcome.into_result()?;
/// let (issuer, subject) = (user.issuer(), user.subject());
/// # let _ = (location, cookies, issuer, subject);
/// # Ok(())
/// # }
/// ```
///
/// [RFC 9700 §4.4]: https://www.rfc-editor.org/rfc/rfc9700#section-4.4
#[derive(Clone)]
pub struct Logins {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) party: RelyingParty,
    pub(super) redirect_uri: String,
    pub(super) post_logout_redirect_uri: Option<String>,
    pub(super) scopes: ScopeSet,
    pub(super) resources: Vec<String>,
    pub(super) id_tokens: Arc<IdTokenValidator>,
    pub(super) user_info_keys: Option<ProviderKeys>,
    pub(super) pending_sealer: Sealer,
    pub(super) state_sealer: Sealer,
    pub(super) used_states: UsedValues,
    pub(super) used_logout_tokens: UsedValues,
}

impl Logins {
    /// Returns the client, to call APIs.
    pub fn relying_party(&self) -> &RelyingParty {
        &self.shared.party
    }

    /// Returns the issuer identifier of the provider.
    pub fn issuer(&self) -> &str {
        self.shared.party.provider().issuer()
    }

    /// Returns the client ID.
    pub fn client_id(&self) -> &str {
        self.shared.party.registration().client_id()
    }

    /// Returns the path of the redirect URI, at which the callback's route belongs.
    pub fn callback_path(&self) -> &str {
        let uri = &self.shared.redirect_uri;
        let path_at = uri
            .split_once("://")
            .and_then(|(_, rest)| Some(uri.len() - rest.len() + rest.find('/')?));
        path_at.and_then(|at| uri.get(at..)).unwrap_or("/")
    }

    /// Returns the validator of this client's ID tokens.
    pub(in crate::relying_party) fn id_token_validator(&self) -> Arc<IdTokenValidator> {
        Arc::clone(&self.shared.id_tokens)
    }

    /// Returns the clock and the maximum difference between the clocks.
    pub(in crate::relying_party) fn clock(&self) -> (&dyn Clock, Duration) {
        let IdTokenValidator {
            clock, clock_skew, ..
        } = &*self.shared.id_tokens;
        (&**clock, *clock_skew)
    }

    pub(in crate::relying_party) fn id_token_keys(&self) -> &ProviderKeys {
        &self.shared.id_tokens.keys
    }

    pub(in crate::relying_party) fn trusted_audiences(&self) -> &[Box<str>] {
        &self.shared.id_tokens.trusted_audiences
    }

    /// Returns the keys of signed `UserInfo` responses, if they must be signed.
    pub(in crate::relying_party) fn user_info_keys(&self) -> Option<&ProviderKeys> {
        self.shared.user_info_keys.as_ref()
    }

    /// Returns the scopes that each login requests.
    pub(in crate::relying_party) fn scopes(&self) -> &ScopeSet {
        &self.shared.scopes
    }

    /// Returns the resources for which each login requests tokens.
    pub(in crate::relying_party) fn resources(&self) -> &[String] {
        &self.shared.resources
    }

    pub(in crate::relying_party) fn post_logout_redirect_uri(&self) -> Option<&str> {
        self.shared.post_logout_redirect_uri.as_deref()
    }

    /// Returns what seals the `state` of a logout.
    pub(in crate::relying_party) fn state_sealer(&self) -> &Sealer {
        &self.shared.state_sealer
    }

    pub(in crate::relying_party) fn used_logout_tokens(&self) -> &UsedValues {
        &self.shared.used_logout_tokens
    }

    pub(in crate::relying_party) fn now(&self) -> NumericDate {
        self.shared.id_tokens.clock.now()
    }
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logins")
            .field("issuer", &self.issuer())
            .field("redirect_uri", &self.shared.redirect_uri)
            .finish_non_exhaustive()
    }
}
