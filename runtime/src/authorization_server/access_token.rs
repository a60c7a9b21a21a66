//! Access tokens ([RFC 9068]) and ID tokens.
//!
//! [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::ClientCertificate;
use crate::authorization_server::grant::{Authorization, GrantId};
use crate::authorization_server::jwt::{UntrustedJwt, is_type};
use crate::authorization_server::mint_error::MintError;
use crate::authorization_server::signing_keys::SigningKeys;
use crate::authorization_server::token_binding::TokenBinding;
use crate::claims::{NumericDate, ScopeSet};
use crate::clock::Clock;
use crate::keys::Algorithm;
use crate::relying_party::{Members, random_text};

/// The lifetime of an ID token.
const ID_TOKEN_LIFETIME: Duration = Duration::from_mins(10);

/// The type of access tokens.
const AT_JWT: &str = "at+jwt";

/// Separates the parts of a `jti`.
const SEPARATOR: char = '.';

/// Mints the access tokens of one issuer.
///
/// A token always has `iss`, `sub`, `client_id`, an audience, `iat`, `exp`, a random `jti`, and the type `at+jwt`
/// ([RFC 9068 §2]). It lives as long as the server's access tokens, 30 minutes at most.
///
/// [RFC 9068 §2]: https://www.rfc-editor.org/rfc/rfc9068#section-2
#[derive(Clone)]
pub struct AccessTokenIssuer {
    pub(super) issuer: Arc<str>,
    pub(super) keys: Arc<SigningKeys>,
    pub(super) id_token_keys: Arc<SigningKeys>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) lifetime: Duration,
}

/// The claims of an access token before it is minted.
///
/// # Examples
///
/// ```
/// use palisade::authorization_server::NewAccessToken;
///
/// let token = NewAccessToken::new("alice", "orders-web", "https://orders.example.govt.nz").scopes("orders:read");
/// ```
#[derive(Clone, Debug)]
#[must_use = "claims are no token until it is minted"]
pub struct NewAccessToken {
    subject: String,
    client_id: String,
    audience: Vec<String>,
    scopes: String,
    roles: Vec<String>,
    grant: Option<GrantId>,
    login: Option<(u64, Option<String>)>,
    binding: Option<TokenBinding>,
}

/// A minted access token.
pub struct MintedToken {
    token: String,
    pub(super) jti: String,
    lifetime: Duration,
}

/// The claims of an access token ([RFC 9068 §2.2]).
///
/// [RFC 9068 §2.2]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: OneOrMany<'a>,
    client_id: &'a str,
    iat: u64,
    exp: u64,
    jti: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    roles: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation<'a>>,
}

/// The key that a token is bound to.
#[derive(Serialize)]
struct Confirmation<'a> {
    #[serde(rename = "x5t#S256")]
    certificate: &'a str,
}

/// The claims of an ID token ([OpenID Connect Core §2]).
///
/// [OpenID Connect Core §2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
#[derive(Serialize)]
struct IdTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    auth_time: u64,
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    #[serde(flatten)]
    further: &'a Map<String, Value>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneOrMany<'a> {
    One(&'a str),
    Many(&'a [String]),
}

/// A valid access token of this server.
#[derive(Debug)]
pub(super) struct VerifiedToken {
    pub(super) claims: Members,
    pub(super) client_id: String,
    pub(super) jti: String,
    pub(super) issued_at: NumericDate,
    pub(super) expires_at: NumericDate,
    /// The authorization of a user to which the token belongs.
    pub(super) grant: Option<GrantId>,
}

impl NewAccessToken {
    /// Starts a token without scopes.
    pub fn new(
        subject: impl Into<String>,
        client_id: impl Into<String>,
        audience: impl Into<String>,
    ) -> Self {
        Self {
            subject: subject.into(),
            client_id: client_id.into(),
            audience: vec![audience.into()],
            scopes: String::new(),
            roles: Vec::new(),
            grant: None,
            login: None,
            binding: None,
        }
    }

    /// Sets the scopes, separated by a space.
    pub fn scopes(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// Sets the roles ([RFC 9068 §2.2.3.1]).
    ///
    /// [RFC 9068 §2.2.3.1]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3.1
    pub fn roles(mut self, roles: impl IntoIterator<Item: Into<String>>) -> Self {
        self.roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// Binds the token to the certificate of a client's connection ([RFC 8705 §3]).
    ///
    /// [RFC 8705 §3]: https://www.rfc-editor.org/rfc/rfc8705#section-3
    pub fn bound_to(self, certificate: &ClientCertificate) -> Self {
        self.binding(Some(TokenBinding::of(certificate)))
    }

    pub(super) fn binding(mut self, binding: Option<TokenBinding>) -> Self {
        self.binding = binding;
        self
    }

    /// Sets the audiences, at least one.
    pub(super) fn audiences(mut self, audience: Vec<String>) -> Self {
        self.audience = audience;
        self
    }

    /// Adds the authorization to which the token belongs.
    pub(super) fn for_grant(mut self, id: GrantId, authorization: &Authorization) -> Self {
        self.grant = Some(id);
        self.login = Some((
            authorization.auth_time().as_secs(),
            authorization.acr.clone(),
        ));
        self
    }
}

impl AccessTokenIssuer {
    /// Mints a token.
    ///
    /// # Errors
    ///
    /// Returns an error if a claim is empty or malformed, or if the token cannot be signed.
    pub async fn mint(&self, new: &NewAccessToken) -> Result<MintedToken, MintError> {
        let texts = [&new.subject, &new.client_id].into_iter();
        let mut texts = texts.chain(&new.audience).chain(&new.roles);
        if new.audience.is_empty() || texts.any(String::is_empty) {
            return Err(MintError::Empty);
        }
        ScopeSet::parse(&new.scopes).map_err(|_| MintError::Scopes)?;
        let random = random_text().ok_or(MintError::Signature)?;
        let jti = match new.grant {
            Some(id) => format!("{}{SEPARATOR}{random}", id.to_text()),
            None => random,
        };
        let now = self.clock.now();
        let claims = Claims {
            iss: &self.issuer,
            sub: &new.subject,
            aud: match new.audience.as_slice() {
                [audience] => OneOrMany::One(audience),
                audience => OneOrMany::Many(audience),
            },
            client_id: &new.client_id,
            iat: now.as_secs(),
            exp: now.saturating_add(self.lifetime).as_secs(),
            jti: &jti,
            scope: &new.scopes,
            roles: &new.roles,
            auth_time: new.login.as_ref().map(|(auth_time, _)| *auth_time),
            acr: new.login.as_ref().and_then(|(_, acr)| acr.as_deref()),
            cnf: new.binding.as_ref().map(|binding| Confirmation {
                certificate: binding.as_str(),
            }),
        };
        let token = sign(&self.keys, AT_JWT, &claims, now).await?;
        Ok(MintedToken {
            token,
            jti,
            lifetime: self.lifetime,
        })
    }

    /// Mints the ID token of a user's login, for the client that it names.
    pub(super) async fn mint_id_token(
        &self,
        client_id: &str,
        authorization: &Authorization,
        access_token: &MintedToken,
    ) -> Result<String, MintError> {
        let now = self.clock.now();
        let claims = IdTokenClaims {
            iss: &self.issuer,
            sub: &authorization.subject,
            aud: client_id,
            iat: now.as_secs(),
            exp: now.saturating_add(ID_TOKEN_LIFETIME).as_secs(),
            auth_time: authorization.auth_time().as_secs(),
            at_hash: at_hash(&access_token.token),
            nonce: authorization.nonce.as_deref(),
            acr: authorization.acr.as_deref(),
            further: &authorization.claims,
        };
        sign(&self.id_token_keys, "JWT", &claims, now).await
    }

    /// Validates an access token of this server for any audience; returns `None` if it is not valid at the current time.
    pub(super) async fn verify(&self, token: &str) -> Option<VerifiedToken> {
        let now = self.clock.now();
        let jwt = UntrustedJwt::read(token)?;
        if !is_type(jwt.typ()?, &[AT_JWT]) {
            return None;
        }
        let claims = jwt.verify(self.keys.snapshot(now).await.public())?;
        let expires_at = claims.required_date("exp").ok()?;
        if claims.required_string("iss") != Ok(&*self.issuer) || expires_at <= now {
            return None;
        }
        let issued_at = claims.required_date("iat").ok()?;
        let client_id = claims.required_string("client_id").ok()?.to_owned();
        let jti = claims.required_string("jti").ok()?.to_owned();
        let grant = jti.split_once(SEPARATOR);
        let grant = grant.and_then(|(id, _)| GrantId::from_text(id));
        Some(VerifiedToken {
            claims,
            client_id,
            jti,
            issued_at,
            expires_at,
            grant,
        })
    }

    /// Returns the subject of an ID token that this server issued to a client. Its expiry is ignored: the token is a hint, and
    /// authenticates no user.
    pub(super) async fn verify_id_token(&self, token: &str, client_id: &str) -> Option<String> {
        let jwt = UntrustedJwt::read(token)?;
        if !is_type(jwt.typ()?, &["jwt"]) {
            return None;
        }
        let keys = self.id_token_keys.snapshot(self.clock.now()).await;
        let claims = jwt.verify(keys.public())?;
        let is_own = claims.required_string("iss") == Ok(&*self.issuer)
            && claims.required_string("aud") == Ok(client_id);
        let subject = claims.required_string("sub").ok()?;
        is_own.then(|| subject.to_owned())
    }

    /// Returns the lifetime of access tokens.
    #[cfg(feature = "report")]
    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Returns the algorithm of new keys for ID tokens.
    pub(super) fn id_token_algorithm(&self) -> Algorithm {
        self.id_token_keys.algorithm()
    }

    /// Returns the published keys.
    pub(super) async fn jwks(&self) -> Value {
        let now = self.clock.now();
        let [access, id] = [&self.keys, &self.id_token_keys];
        let (access, id) = (access.snapshot(now).await, id.snapshot(now).await);
        let keys: Vec<_> = access.jwks().iter().chain(id.jwks()).collect();
        json!({ "keys": keys })
    }
}

async fn sign(
    keys: &SigningKeys,
    typ: &str,
    claims: &impl Serialize,
    now: NumericDate,
) -> Result<String, MintError> {
    let keys = keys.snapshot(now).await;
    let key = keys.signing_key(now).ok_or(MintError::Signature)?;
    key.sign_jwt(typ, claims).ok_or(MintError::Signature)
}

/// Returns the left half of the token's SHA-256 hash ([OpenID Connect Core §3.1.3.6]); each algorithm here uses SHA-256.
///
/// [OpenID Connect Core §3.1.3.6]: https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken
fn at_hash(token: &str) -> String {
    let hash = digest(&SHA256, token.as_bytes());
    let (half, _) = hash.as_ref().split_at(16);
    URL_SAFE_NO_PAD.encode(half)
}

impl MintedToken {
    /// Returns the token, which is secret.
    pub fn as_str(&self) -> &str {
        &self.token
    }

    /// Returns the time from now to its expiry.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }
}

/// Omits the token.
impl fmt::Debug for MintedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MintedToken")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AccessTokenIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokenIssuer")
            .field("issuer", &self.issuer)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
