//! Whole flows against a server with its vault in memory, and each rule broken alone.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod approval;
#[cfg(feature = "tracing")]
mod audit;
mod authorization;
mod bound_tokens;
mod clients;
mod cors;
mod flows;
mod limits;
mod narrowing;
mod pushed;
mod redirects;
mod revocation;
mod server;
mod store_failures;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::response::IntoResponse as _;
use http::header::{AUTHORIZATION, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::{
    Approval, AuthorizationFailure, AuthorizationServer, Client, ClientCredential, OAuthFailure,
    RegisteredClients,
};
use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::form_pairs::form_pairs;
use crate::keys::{Algorithm, SigningKey};
use crate::relying_party::vault::{MemoryStore, TokenVault};
use crate::seal::SealingKey;
use crate::secret::Secret;

const ISSUER: &str = "https://login.example";
const REDIRECT: &str = "https://app.example/cb";
const ORDERS: &str = "https://orders.example";
const BILLING: &str = "https://billing.example";
const SECRET: &str = "a secret of 32 bytes, or of more";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The time at which each test begins.
const START: u64 = 1_800_000_000;

/// A clock that the test sets.
#[derive(Clone)]
struct TestClock(Arc<AtomicU64>);

impl Clock for TestClock {
    fn now(&self) -> NumericDate {
        NumericDate::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// A server with the clients `spa` (public), `web` (secret), `jwt` (key), `api` (introspects) and `mtls` (certificate).
struct Fixture {
    server: AuthorizationServer,
    clock: TestClock,
    key: SigningKey,
    vault: TokenVault,
}

/// A response of an endpoint.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Fixture {
    async fn new() -> Self {
        let key = SealingKey::generate().unwrap();
        let vault = TokenVault::create(MemoryStore::new(), key).await.unwrap();
        Self::with_vault(vault, START).await
    }

    async fn with_vault(vault: TokenVault, now: u64) -> Self {
        let clock = TestClock(Arc::new(AtomicU64::new(now)));
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let server = AuthorizationServer::builder(ISSUER, vault.clone())
            .clients(RegisteredClients::new(clients(&key)).unwrap())
            .resource(ORDERS, "orders:read orders:write")
            .resource(BILLING, "bills:read")
            // RSA keys take long to generate
            .id_token_algorithm(Algorithm::EdDSA)
            .clock(clock.clone());
        Self {
            server: server.build().await.unwrap(),
            clock,
            key,
            vault,
        }
    }

    fn advance(&self, seconds: u64) {
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Sends an authorization request, and returns the location of the redirect after alice's approval, or that of an error.
    async fn authorize(&self, query: &str) -> Result<String, OAuthFailure> {
        let request = match self.server.authorization_request(query).await {
            Ok(request) => request,
            Err(AuthorizationFailure::Shown(failure)) => return Err(failure),
            Err(AuthorizationFailure::Redirected(redirect, _)) => {
                return Ok(redirect.location().to_owned());
            }
        };
        let approval = Approval::new("alice", self.clock.now());
        let redirect = self.server.approve(&request, approval).await.unwrap();
        let response = redirect.into_response();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        Ok(response.headers()[LOCATION].to_str().unwrap().to_owned())
    }

    /// Returns a code of a client for alice.
    async fn code(&self, client_id: &str) -> String {
        let location = self.authorize(&request(client_id)).await.unwrap();
        parameter(&location, "code").unwrap()
    }

    async fn token(&self, headers: &HeaderMap, form: &str) -> Reply {
        let tokens = async {
            let request = self.server.token_request(headers, None, form).await?;
            self.server.issue_tokens(request).await
        };
        Reply::of(tokens.await.into_response()).await
    }

    /// Redeems a code of the public client.
    async fn redeem(&self, code: &str) -> Reply {
        self.token(&HeaderMap::new(), &redemption(code)).await
    }

    async fn introspect(&self, token: &str) -> Value {
        self.introspect_as("api", token).await
    }

    /// Returns the state of a token that a client with a secret sees.
    async fn introspect_as(&self, client_id: &str, token: &str) -> Value {
        let (headers, form) = (basic(client_id, SECRET), format!("token={token}"));
        self.server.introspect(&headers, None, &form).await.unwrap()
    }
}

impl Reply {
    async fn of(response: axum::response::Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        }
    }

    fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or_default()
    }

    fn text(&self, name: &str) -> String {
        let text = self.body[name].as_str();
        text.unwrap_or_else(|| panic!("no `{name}` in {}", self.body))
            .to_owned()
    }
}

fn clients(key: &SigningKey) -> Vec<Client> {
    let jwks = serde_json::json!({ "keys": [key.jwk()] }).to_string();
    let secret = ClientCredential::secret(&Secret::new(SECRET)).unwrap();
    let login = |id: &str, credential| {
        Client::builder(id, credential)
            .redirect_uri(REDIRECT)
            .scopes("openid orders:read orders:write bills:read")
    };
    let clients = [
        login("spa", ClientCredential::Public).redirect_uri("http://127.0.0.1/cb"),
        login("web", secret.clone()).client_credentials(),
        login("jwt", ClientCredential::private_key_jwt(&jwks).unwrap()).client_credentials(),
        Client::builder("mtls", ClientCredential::certificate(b"certificate")),
        Client::builder("api", secret).introspects_all(),
        Client::builder("narrow", ClientCredential::Public)
            .redirect_uri(REDIRECT)
            .scopes("orders:read"),
        login("bound", ClientCredential::Public).certificate_bound_access_tokens(),
    ];
    clients
        .into_iter()
        .map(|client| client.build().unwrap())
        .collect()
}

/// Returns the query of a valid authorization request.
fn request(client_id: &str) -> String {
    format!(
        "client_id={client_id}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code\
         &scope=openid+orders%3Aread&state=s&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
}

/// Returns a request of the public client in which a parameter is replaced, or removed if the value is `None`.
fn request_with(name: &str, value: Option<&str>) -> String {
    let pairs = form_pairs(&request("spa"), 32).unwrap();
    let mut form: Vec<String> = pairs
        .iter()
        .filter(|(own, _)| own != name)
        .map(|(own, value)| encoded(own, value))
        .collect();
    form.extend(value.map(|value| encoded(name, value)));
    form.join("&")
}

fn encoded(name: &str, value: &str) -> String {
    let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
    format!("{name}={value}")
}

/// Returns the form with which the public client redeems a code.
fn redemption(code: &str) -> String {
    format!(
        "grant_type=authorization_code&client_id=spa&code={code}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb\
         &code_verifier={VERIFIER}"
    )
}

/// Returns a parameter of a redirect.
fn parameter(location: &str, name: &str) -> Option<String> {
    let (_, query) = location.split_once('?')?;
    let pairs = form_pairs(query, 32).unwrap();
    pairs
        .into_iter()
        .find_map(|(own, value)| (own == name).then_some(value))
}

fn basic(id: &str, secret: &str) -> HeaderMap {
    use base64::Engine as _;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    let value = HeaderValue::try_from(format!("Basic {credentials}")).unwrap();
    HeaderMap::from_iter([(AUTHORIZATION, value)])
}

/// Returns the claims of a JWT, without verification.
fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload);
    serde_json::from_slice(&payload.unwrap()).unwrap()
}
