//! A builder of tokens, valid or invalid in any way that a test requires.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::{hmac, rand};
use jsonwebtoken::Algorithm;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::claims::NumericDate;
use crate::testing::issuer::{DEFAULT_AUDIENCE, EmbeddedIssuer};
use crate::testing::keys::base64url;
use crate::testing::or_panic;

/// A builder of access tokens. By default, the token is valid under [RFC 9068].
///
/// The default token is signed with ES256 and valid for five minutes. Its client is `test-client`,
/// its audience `https://api.test`, and it has no scopes or roles. If two methods set the same
/// member, the last one wins.
///
/// # Examples
///
/// ```
/// use palisade::testing::EmbeddedIssuer;
/// use serde_json::json;
///
/// let issuer = EmbeddedIssuer::new("https://login.example");
/// let valid = issuer.token("alice").scopes("orders:read").sign();
/// let unsigned = issuer.token("alice").header("alg", json!("none")).signature([]).sign();
/// assert!(unsigned.ends_with('.'));
/// let no_audience = issuer.token("alice").without("aud").sign();
/// # let _ = (valid, no_audience);
/// ```
///
/// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068#section-2
#[derive(Clone)]
#[must_use = "a token is created by `sign`"]
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
    /// Creates a builder of a token for `subject`, which is valid unless it is changed.
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
            ("jti", random_id().into()),
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

    /// Sets `scope`: scopes separated by one space.
    pub fn scopes(self, scopes: &str) -> Self {
        self.claim("scope", scopes)
    }

    /// Sets `roles`, the claim of RFC 9068.
    ///
    /// Use [`claim`](Self::claim) if the issuer has its roles in another claim.
    pub fn roles<R: Into<String>>(self, roles: impl IntoIterator<Item = R>) -> Self {
        let roles: Vec<String> = roles.into_iter().map(Into::into).collect();
        self.claim("roles", roles)
    }

    /// Sets `client_id`.
    pub fn client_id(self, client: &str) -> Self {
        self.claim("client_id", client)
    }

    /// Sets `iat`.
    ///
    /// It also moves `exp`, unless [`expires_at`](Self::expires_at) sets it.
    pub fn issued_at(mut self, instant: NumericDate) -> Self {
        self.issued_at = instant;
        self
    }

    /// Sets the time between `iat` and `exp`.
    ///
    /// It replaces [`expires_at`](Self::expires_at).
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self.expires_at = None;
        self
    }

    /// Sets `exp`, independent of `iat`.
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
    /// Panics if `value` cannot be serialized.
    #[track_caller]
    pub fn claim(mut self, name: &str, value: impl Serialize) -> Self {
        self.claim_edits
            .push((name.to_owned(), Some(to_json(value))));
        self
    }

    /// Removes a claim.
    pub fn without(mut self, name: &str) -> Self {
        self.claim_edits.push((name.to_owned(), None));
        self
    }

    /// Sets a header parameter to any JSON value.
    ///
    /// # Panics
    ///
    /// Panics if `value` cannot be serialized.
    #[track_caller]
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        self.header_edits
            .push((name.to_owned(), Some(to_json(value))));
        self
    }

    /// Removes a header parameter.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header_edits.push((name.to_owned(), None));
        self
    }

    /// Sets `typ` in the header.
    pub fn typ(self, typ: &str) -> Self {
        self.header("typ", typ)
    }

    /// Sets `kid` in the header.
    pub fn kid(self, kid: &str) -> Self {
        self.header("kid", kid)
    }

    /// Signs with the issuer's key for this algorithm, and sets `alg` and `kid`.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Signs with the key of `other`, but keeps `iss` and `kid` of this issuer.
    pub fn signed_by(mut self, other: &EmbeddedIssuer) -> Self {
        self.signer = Signer::Issuer(other.clone());
        self
    }

    /// Signs with HS256, HS384 or HS512, without `kid`.
    ///
    /// The secret may be the text of a public key, for attacks by algorithm confusion.
    ///
    /// # Panics
    ///
    /// [`sign`](Self::sign) panics if `algorithm` is not an HMAC.
    pub fn hmac(mut self, algorithm: Algorithm, secret: impl Into<Vec<u8>>) -> Self {
        self.algorithm = algorithm;
        self.signer = Signer::Hmac(secret.into());
        self
    }

    /// Sets the bytes of the signature, which may be empty.
    pub fn signature(mut self, raw: impl Into<Vec<u8>>) -> Self {
        self.signer = Signer::Raw(raw.into());
        self
    }

    /// Sets the bytes of the payload, JSON or not. They are signed unchanged.
    pub fn payload_bytes(mut self, raw: impl Into<Vec<u8>>) -> Self {
        self.payload = Some(raw.into());
        self
    }

    /// Sets the bytes of the header, JSON or not. They are signed unchanged.
    pub fn header_bytes(mut self, raw: impl Into<Vec<u8>>) -> Self {
        self.header = Some(raw.into());
        self
    }

    /// Returns the claims as JSON text, to edit for [`payload_bytes`](Self::payload_bytes).
    pub fn claims_json(&self) -> String {
        let expires_at = self
            .expires_at
            .unwrap_or(self.issued_at.saturating_add(self.lifetime));
        let mut claims = self.claims.clone();
        claims.insert("iat".to_owned(), seconds(self.issued_at));
        claims.insert("exp".to_owned(), seconds(expires_at));
        apply_edits(claims, &self.claim_edits)
    }

    /// Returns the header as JSON text, to edit for [`header_bytes`](Self::header_bytes).
    ///
    /// # Panics
    ///
    /// Panics if the issuer has no key for the algorithm.
    #[track_caller]
    pub fn header_json(&self) -> String {
        let mut header = Map::new();
        header.insert("alg".to_owned(), format!("{:?}", self.algorithm).into());
        header.insert("typ".to_owned(), "at+jwt".into());
        if !matches!(self.signer, Signer::Hmac(_)) {
            let kid = self.issuer.key(self.algorithm).kid();
            header.insert("kid".to_owned(), kid.into());
        }
        apply_edits(header, &self.header_edits)
    }

    /// Returns the signing input: header and payload in base64url, separated by a dot.
    ///
    /// # Panics
    ///
    /// Panics if the issuer has no key for the algorithm.
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

    /// Signs the token, and returns its compact serialization.
    ///
    /// # Panics
    ///
    /// Panics if the signing issuer has no key for the algorithm.
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

/// Prints the issuer, and nothing that grants access.
impl fmt::Debug for TokenBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBuilder")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

fn apply_edits(mut members: Map<String, Value>, edits: &Edits) -> String {
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
    or_panic(
        serde_json::to_value(value),
        "the value cannot be serialized",
    )
}

#[track_caller]
fn hmac_algorithm(algorithm: Algorithm) -> hmac::Algorithm {
    let hmac = match algorithm {
        Algorithm::HS256 => Ok(hmac::HMAC_SHA256),
        Algorithm::HS384 => Ok(hmac::HMAC_SHA384),
        Algorithm::HS512 => Ok(hmac::HMAC_SHA512),
        _ => Err("must be HS256, HS384 or HS512"),
    };
    or_panic(hmac, "the algorithm is not an HMAC")
}

/// Returns an integer for whole seconds, as most issuers write them, and otherwise a fraction.
fn seconds(instant: NumericDate) -> Value {
    let millis = instant.as_millis() % 1_000;
    if millis == 0 {
        return instant.as_secs().into();
    }
    let text = format!("{}.{millis:03}", instant.as_secs());
    text.parse::<f64>()
        .map_or(Value::Null, |seconds| json!(seconds))
}

pub(super) fn random_id() -> String {
    let mut bytes = [0; 16];
    or_panic(
        rand::fill(&mut bytes),
        "cannot generate a random identifier",
    );
    base64url(&bytes)
}

#[cfg(test)]
mod tests;
