//! The certified provider, as its clients see it.

use serde_json::Value;

use crate::http::{Request, Response, form};
use crate::node::Node;
use crate::process::Process;

/// The client that requests tokens.
pub(crate) const CLIENT: &str = "shop";

/// The resource server that introspects them.
pub(crate) const RESOURCE_SERVER: &str = "orders-api";

/// The client secret of the resource server.
pub(crate) const SECRET: &str = "orders-api-secret";

const CALLBACK: &str = "https://shop.example/callback";

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Returns the audience of a resource by its name in `provider.mjs`.
pub(crate) fn audience(name: &str) -> String {
    format!("https://orders.example/{name}")
}

/// A running provider.
pub(crate) struct Provider {
    process: Process,
}

/// The tokens of a client after a user has signed in.
pub(crate) struct SignedIn {
    pub(crate) access_token: String,
    pub(crate) id_token: String,
}

impl Provider {
    pub(crate) fn start(node: &Node) -> Self {
        Self {
            process: Process::start(&mut node.provider()),
        }
    }

    pub(crate) fn issuer(&self) -> &str {
        self.process.url()
    }

    /// Fetches the key set.
    pub(crate) fn jwks(&self) -> String {
        self.send(&Request::get("/jwks")).body
    }

    /// Requests a token of the client for a resource (RFC 6749 §4.4, RFC 8707).
    pub(crate) fn token(&self, resource: &str, scope: &str) -> String {
        let fields = [
            ("grant_type", "client_credentials"),
            ("resource", &audience(resource)),
            ("scope", scope),
        ];
        let response = self.send(&as_client(Request::post("/token", &fields)));
        text(&response.json(), "access_token")
    }

    /// Signs in as `alice`, and returns her access token for a resource and her ID token (RFC 6749 §4.1).
    pub(crate) fn sign_in(&self, resource: &str, scope: &str) -> SignedIn {
        let query = form(&[
            ("client_id", CLIENT),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("resource", &audience(resource)),
            ("scope", &format!("openid {scope}")),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &self.code(format!("/auth?{query}"))),
            ("redirect_uri", CALLBACK),
            ("resource", &audience(resource)),
            ("code_verifier", VERIFIER),
        ];
        let tokens = self
            .send(&as_client(Request::post("/token", &fields)))
            .json();
        SignedIn {
            access_token: text(&tokens, "access_token"),
            id_token: text(&tokens, "id_token"),
        }
    }

    /// Returns whether the provider reports a token as active (RFC 7662).
    pub(crate) fn is_active(&self, token: &str) -> bool {
        let request = Request::post("/token/introspection", &[("token", token)])
            .basic(RESOURCE_SERVER, SECRET);
        self.send(&request).json()["active"] == true
    }

    /// Revokes a token (RFC 7009).
    pub(crate) fn revoke(&self, token: &str) {
        self.send(&as_client(Request::post(
            "/token/revocation",
            &[("token", token)],
        )));
    }

    /// Follows the redirects of the provider, with its cookies, and returns the code for the client.
    fn code(&self, mut target: String) -> String {
        let mut cookies: Vec<String> = Vec::new();
        loop {
            let response = Request::get(&target)
                .header("Cookie", &cookies.join("; "))
                .send(self.issuer());
            let cookie = |header: &str| header.split(';').next().unwrap().to_owned();
            cookies.extend(response.headers("set-cookie").map(cookie));
            let location = response.header("location").unwrap_or_else(|| {
                panic!("no redirect: {response:?}\n{}", self.process.log());
            });
            if let Some(parameters) = location.strip_prefix(CALLBACK) {
                return parameters
                    .trim_start_matches('?')
                    .split('&')
                    .find_map(|parameter| parameter.strip_prefix("code="))
                    .unwrap_or_else(|| panic!("no code: {location}"))
                    .to_owned();
            }
            location
                .trim_start_matches(self.issuer())
                .clone_into(&mut target);
        }
    }

    fn send(&self, request: &Request) -> Response {
        let response = request.send(self.issuer());
        assert_eq!(response.status, 200, "{response:?}\n{}", self.process.log());
        response
    }
}

fn as_client(request: Request) -> Request {
    request.basic(CLIENT, "shop-secret")
}

fn text(json: &Value, member: &str) -> String {
    let text = json[member].as_str();
    text.unwrap_or_else(|| panic!("no `{member}`")).to_owned()
}
