//! Tokens, valid or broken in any way that a test wants.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::{hmac, rand};
use jsonwebtoken::Algorithm;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::claims::NumericDate;
use crate::testing::broken::or_panic;
use crate::testing::issuer::{DEFAULT_AUDIENCE, EmbeddedIssuer};
use crate::testing::keys::base64url;

/// A token in the making; unchanged, it is valid under [RFC 9068].
///
/// Signed ES256, good for five minutes, of the client `test-client`, for the audience
/// `https://api.test`, without scopes or roles. Where two changes meet the same member, the later
/// one wins.
///
/// # Examples
///
/// ```
/// use palisade::testing::EmbeddedIssuer;
/// use serde_json::json;
///
/// let issuer = EmbeddedIssuer::new("https://login.example");
/// let good = issuer.token("alice").scopes("orders:read").sign();
/// let unsigned = issuer.token("alice").header("alg", json!("none")).signature([]).sign();
/// assert!(unsigned.ends_with('.'));
/// let no_audience = issuer.token("alice").without("aud").sign();
/// # let _ = (good, no_audience);
/// ```
///
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-2
#[derive(Clone)]
#[must_use = "nothing is signed before `sign`"]
pub struct TokenBuilder {
    issuer: EmbeddedIssuer,
    algorithm: Algorithm,
    signer: Signer,
    claims: Map<String, Value>,
    issued_at: NumericDate,
    expires_at: Option<NumericDate>,
    lifetime: Duration,
    claim_edits: Edits,
    header_edits: Edits,
    payload: Option<Vec<u8>>,
    header: Option<Vec<u8>>,
}

type Edits = Vec<(String, Option<Value>)>;

#[derive(Clone)]
enum Signer {
    Issuer(EmbeddedIssuer),
    Hmac(Vec<u8>),
    Raw(Vec<u8>),
}

impl EmbeddedIssuer {
    /// A token for `subject`, valid unless it is changed; see [`TokenBuilder`].
    pub fn token(&self, subject: &str) -> TokenBuilder {
        TokenBuilder::new(self.clone(), subject, self.now())
    }
}

impl TokenBuilder {
    fn new(issuer: EmbeddedIssuer, subject: &str, now: NumericDate) -> Self {
        let claims = [
            ("iss", issuer.url().into()),
            ("sub", subject.into()),
            ("aud", DEFAULT_AUDIENCE.into()),
            ("client_id", "test-client".into()),
            ("jti", fresh_id().into()),
        ];
        Self {
            algorithm: Algorithm::ES256,
            signer: Signer::Issuer(issuer.clone()),
            issuer,
            claims: claims
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
            issued_at: NumericDate::from_secs(now.as_secs()),
            expires_at: None,
            lifetime: Duration::from_mins(5),
            claim_edits: Edits::new(),
            header_edits: Edits::new(),
            payload: None,
            header: None,
        }
    }

    /// Sets `aud`.
    pub fn audience(self, audience: &str) -> Self {
        self.claim("aud", audience)
    }

    /// Sets `scope`: scopes with one space between them.
    pub fn scopes(self, scopes: &str) -> Self {
        self.claim("scope", scopes)
    }

    /// Sets `roles`, where RFC 9068 has them; elsewhere they are set by [`claim`](Self::claim).
    pub fn roles<R: Into<String>>(self, roles: impl IntoIterator<Item = R>) -> Self {
        let roles: Vec<String> = roles.into_iter().map(Into::into).collect();
        self.claim("roles", roles)
    }

    /// Sets `client_id`.
    pub fn client_id(self, client: &str) -> Self {
        self.claim("client_id", client)
    }

    /// Sets `iat`; `exp` follows unless [`expires_at`](Self::expires_at) fixes it.
    pub fn issued_at(mut self, instant: NumericDate) -> Self {
        self.issued_at = instant;
        self
    }

    /// Sets how long after `iat` the token expires; replaces [`expires_at`](Self::expires_at).
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self.expires_at = None;
        self
    }

    /// Sets `exp`, whatever `iat` is.
    pub fn expires_at(mut self, instant: NumericDate) -> Self {
        self.expires_at = Some(instant);
        self
    }

    /// Sets `nbf`.
    pub fn not_before(self, instant: NumericDate) -> Self {
        self.claim("nbf", seconds(instant))
    }

    /// Sets a claim to any JSON value.
    ///
    /// # Panics
    ///
    /// Where `value` cannot be written as JSON.
    #[track_caller]
    pub fn claim(mut self, name: &str, value: impl Serialize) -> Self {
        self.claim_edits
            .push((name.to_owned(), Some(to_json(value))));
        self
    }

    /// Leaves a claim out.
    pub fn without(mut self, name: &str) -> Self {
        self.claim_edits.push((name.to_owned(), None));
        self
    }

    /// Sets a header parameter to any JSON value.
    ///
    /// # Panics
    ///
    /// Where `value` cannot be written as JSON.
    #[track_caller]
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        self.header_edits
            .push((name.to_owned(), Some(to_json(value))));
        self
    }

    /// Leaves a header parameter out.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header_edits.push((name.to_owned(), None));
        self
    }

    /// Sets the header's `typ`.
    pub fn typ(self, typ: &str) -> Self {
        self.header("typ", typ)
    }

    /// Sets the header's `kid`.
    pub fn kid(self, kid: &str) -> Self {
        self.header("kid", kid)
    }

    /// Signs with another of the issuer's keys; `alg` and `kid` follow.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Signs with the key of `other`; `iss` and `kid` stay this issuer's.
    pub fn signed_by(mut self, other: &EmbeddedIssuer) -> Self {
        self.signer = Signer::Issuer(other.clone());
        self
    }

    /// Signs HS256, HS384 or HS512 with `secret`, which may be a public key's text; `kid` goes.
    ///
    /// # Panics
    ///
    /// `sign` panics where `algorithm` is no HMAC.
    pub fn hmac(mut self, algorithm: Algorithm, secret: impl Into<Vec<u8>>) -> Self {
        self.algorithm = algorithm;
        self.signer = Signer::Hmac(secret.into());
        self
    }

    /// Takes these bytes for the signature; none of them where it should be empty.
    pub fn signature(mut self, raw: impl Into<Vec<u8>>) -> Self {
        self.signer = Signer::Raw(raw.into());
        self
    }

    /// Takes these bytes for the payload, JSON or not; they are signed as they are.
    pub fn payload_bytes(mut self, raw: impl Into<Vec<u8>>) -> Self {
        self.payload = Some(raw.into());
        self
    }

    /// Takes these bytes for the header, JSON or not; they are signed as they are.
    pub fn header_bytes(mut self, raw: impl Into<Vec<u8>>) -> Self {
        self.header = Some(raw.into());
        self
    }

    /// The claims as JSON text, to be changed by hand for [`payload_bytes`](Self::payload_bytes).
    pub fn claims_json(&self) -> String {
        let expires_at = self
            .expires_at
            .unwrap_or(self.issued_at.saturating_add(self.lifetime));
        let mut claims = self.claims.clone();
        claims.insert("iat".to_owned(), seconds(self.issued_at));
        claims.insert("exp".to_owned(), seconds(expires_at));
        edited(claims, &self.claim_edits)
    }

    /// The header as JSON text, to be changed by hand for [`header_bytes`](Self::header_bytes).
    ///
    /// # Panics
    ///
    /// Where the issuer has no key for the algorithm.
    #[track_caller]
    pub fn header_json(&self) -> String {
        let mut header = Map::new();
        header.insert("alg".to_owned(), format!("{:?}", self.algorithm).into());
        header.insert("typ".to_owned(), "at+jwt".into());
        if !matches!(self.signer, Signer::Hmac(_)) {
            let kid = self.issuer.key(self.algorithm).kid();
            header.insert("kid".to_owned(), kid.into());
        }
        edited(header, &self.header_edits)
    }

    /// What the signature covers: header and payload in base64url, with a dot between.
    ///
    /// # Panics
    ///
    /// Where the issuer has no key for the algorithm.
    #[track_caller]
    pub fn signing_input(&self) -> String {
        let header = self
            .header
            .clone()
            .unwrap_or_else(|| self.header_json().into());
        let payload = self
            .payload
            .clone()
            .unwrap_or_else(|| self.claims_json().into());
        format!("{}.{}", base64url(&header), base64url(&payload))
    }

    /// Signs, and writes the compact form.
    ///
    /// # Panics
    ///
    /// Where the signing issuer has no key for the algorithm.
    #[track_caller]
    pub fn sign(self) -> String {
        let input = self.signing_input();
        let signature = match &self.signer {
            Signer::Raw(signature) => signature.clone(),
            Signer::Issuer(issuer) => issuer.key(self.algorithm).sign(input.as_bytes()),
            Signer::Hmac(secret) => {
                let key = hmac::Key::new(hmac_algorithm(self.algorithm), secret);
                hmac::sign(&key, input.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{input}.{}", base64url(&signature))
    }
}

/// Who the token is for, and nothing that gives access.
impl fmt::Debug for TokenBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBuilder")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

fn edited(mut members: Map<String, Value>, edits: &Edits) -> String {
    for (name, value) in edits {
        match value {
            Some(value) => members.insert(name.clone(), value.clone()),
            None => members.remove(name),
        };
    }
    Value::Object(members).to_string()
}

#[track_caller]
fn to_json(value: impl Serialize) -> Value {
    or_panic(serde_json::to_value(value), "a claim or header parameter")
}

#[track_caller]
fn hmac_algorithm(algorithm: Algorithm) -> hmac::Algorithm {
    let found = match algorithm {
        Algorithm::HS256 => Ok(hmac::HMAC_SHA256),
        Algorithm::HS384 => Ok(hmac::HMAC_SHA384),
        Algorithm::HS512 => Ok(hmac::HMAC_SHA512),
        _ => Err("it is HS256, HS384 or HS512"),
    };
    or_panic(found, "an HMAC's algorithm")
}

/// Whole seconds where they are whole, as most issuers write them.
fn seconds(instant: NumericDate) -> Value {
    let millis = instant.as_millis() % 1_000;
    if millis == 0 {
        return instant.as_secs().into();
    }
    let text = format!("{}.{millis:03}", instant.as_secs());
    text.parse::<f64>()
        .map_or(Value::Null, |seconds| json!(seconds))
}

pub(super) fn fresh_id() -> String {
    let mut bytes = [0; 16];
    or_panic(rand::fill(&mut bytes), "randomness for `jti`");
    base64url(&bytes)
}

#[cfg(test)]
mod tests;
