//! The development issuer, maintained clients of two languages that log in there, and a conformance suite.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use palisade::relying_party::{
    AssertionKey, ClientAuthentication, ClientRegistration, LoginRequest, Logins, PosturePolicy,
    Provider, RelyingParty, RequestedScopes, SealingKey,
};
use palisade::{Algorithm, Scope};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::http::Request;
use crate::node;
use crate::process::Process;
use crate::unused_address::unused_address;
use crate::uploads::{node_package, python_program};

/// The scopes of the client itself.
const READ: &[Scope] = &[Scope::new("orders:read")];

/// The directory of the conformance suite.
const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/interop/mcp");

/// A client, and how to find it.
#[derive(Clone, Copy)]
pub(crate) enum Client {
    Openid,
    Oauth4webapi,
    Authlib,
    Requests,
}

impl Client {
    pub(crate) const ALL: [Self; 4] = [
        Self::Openid,
        Self::Oauth4webapi,
        Self::Authlib,
        Self::Requests,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Openid => "openid_client",
            Self::Oauth4webapi => "oauth4webapi",
            Self::Authlib => "authlib",
            Self::Requests => "requests_oauth2client",
        }
    }

    /// Returns the command of the client, without the issuer.
    ///
    /// # Errors
    ///
    /// Returns a text that says how to install the client.
    pub(crate) fn find(self) -> Result<Command, String> {
        match self {
            Self::Openid => return node_package("openid-client", "openid_client.mjs"),
            Self::Oauth4webapi => return node_package("oauth4webapi", "oauth4webapi.mjs"),
            Self::Authlib | Self::Requests => {}
        }
        let import = format!("import {}", self.name());
        let mut command = python_program(&import, "authorization.py")?;
        command.arg(self.name());
        Ok(command)
    }
}

/// The issuer, which logs alice in without a page, and the private key of the client that signs.
static ISSUER: LazyLock<(Process, PathBuf)> = LazyLock::new(|| {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (key_file, clients_file) = (directory.join("client.pem"), directory.join("clients.json"));
    fs::write(&key_file, key.serialize_pem()).unwrap();
    fs::write(&clients_file, clients(&key).to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_issuer"));
    command
        .args(["--listen", "127.0.0.1:0", "--auto-login", "alice"])
        .args(["--audience", "https://orders.example", "--clients"])
        .arg(clients_file);
    (Process::start(&mut command), key_file)
});

/// The code with PKCE, pushed and not, client credentials, refresh, introspection and revocation, with each method of
/// authentication.
pub(crate) fn completes_each_flow(client: &mut Command) {
    let (issuer, key_file) = &*ISSUER;
    let output = client.arg(issuer.url()).arg(key_file).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{}", issuer.log());
}

/// The suite of the Model Context Protocol for authorization servers.
///
/// # Errors
///
/// Returns a text that says how to install the suite.
pub(crate) fn suite() -> Result<Command, String> {
    let directory = Path::new(SUITE);
    let mut command = Command::new(node::find_suite(directory)?);
    command.arg(directory.join("node_modules/@modelcontextprotocol/conformance/dist/index.js"));
    Ok(command)
}

/// The metadata, and a code that the suite waits for in its own server.
pub(crate) fn conforms(suite: &mut Command) {
    let (issuer, _) = &*ISSUER;
    let port = unused_address().port().to_string();
    suite
        .args([
            "authorization",
            "--url",
            issuer.url(),
            "--client-id",
            "public",
            "--port",
            &port,
        ])
        .args(["--resource", "https://orders.example"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = suite.spawn().unwrap();
    let mut printed = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        // the suite prints the address of the login before its server is ready
        if line.starts_with("Callback server started") {
            let login = printed
                .lines()
                .find(|line| line.contains("/authorize?"))
                .unwrap();
            let callback = log_in(login);
            let (server, target) = callback.split_at(callback.find("/callback").unwrap());
            assert_eq!(Request::get(target).send(server).status, 200, "{callback}");
        }
        printed += &(line + "\n");
    }
    assert!(child.wait().unwrap().success(), "{printed}");
    assert!(printed.contains("Total: 2 passed, 0 failed"), "{printed}");
}

/// Palisade's own client, with the strictest check of the provider.
pub(crate) fn relying_party_logs_in() {
    let (issuer, key_file) = &*ISSUER;
    Runtime::new().unwrap().block_on(async {
        let provider = Provider::builder(issuer.url()).posture(PosturePolicy::Refuse);
        let provider = provider.allow_loopback_http().build().await.unwrap();
        let key = AssertionKey::from_pem(Algorithm::ES256, fs::read(key_file).unwrap()).unwrap();
        let authentication = ClientAuthentication::PrivateKeyJwt(key.kid("1").unwrap());
        let client = ClientRegistration::new("signing", authentication);
        let party = RelyingParty::new(provider, client).unwrap();
        let key = SealingKey::generate().unwrap();
        let logins = Logins::builder(party.clone(), "http://127.0.0.1:7001/callback", key)
            .scopes("profile orders:read")
            .resource("https://orders.example")
            .allow_loopback_http();
        let logins = logins.build().await.unwrap();
        let begun = logins
            .begin(&LoginRequest::new(), &HeaderMap::new())
            .await
            .unwrap();
        let location = begun.location().to_owned();
        let callback = tokio::task::spawn_blocking(move || log_in(&location))
            .await
            .unwrap();
        let cookies = begun.set_cookies().iter().map(|cookie| {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            (COOKIE, pair.parse().unwrap())
        });
        let outcome = logins
            .complete(&callback.parse().unwrap(), &cookies.collect())
            .await;
        let completed = outcome.into_result().unwrap();
        assert_eq!(completed.subject(), "alice");
        assert_eq!(completed.issuer(), issuer.url());

        let scopes = RequestedScopes::of(READ);
        let tokens = party
            .client_credentials(&scopes, ["https://orders.example"])
            .unwrap();
        assert_eq!(
            tokens.token().await.unwrap().scopes().as_str(),
            "orders:read"
        );
    });
}

/// Visits the authorization endpoint, and returns the address to which the browser is redirected.
fn log_in(url: &str) -> String {
    let (server, target) = url.split_at(url.find("/authorize").unwrap());
    let response = Request::get(target).send(server);
    assert_eq!(response.status, 303, "{response:?}");
    response.header("location").unwrap().to_owned()
}

fn clients(key: &KeyPair) -> serde_json::Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    // an uncompressed point of SEC 1: 0x04, then x and y of 32 bytes each
    let (x, y) = key.public_key_raw()[1..].split_at(32);
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "1",
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
    });
    let redirect_uris = ["http://127.0.0.1:7001/callback"];
    let secret = "a secret with + and %41, of the file";
    json!([
        { "client_id": "public", "redirect_uris": redirect_uris, "scopes": ["orders:read"] },
        {
            "client_id": "confidential", "redirect_uris": redirect_uris, "secret": secret,
            "scopes": "orders:read",
        },
        {
            "client_id": "signing", "redirect_uris": redirect_uris, "jwks": { "keys": [jwk] },
            "scopes": ["orders:read"],
        },
    ])
}
