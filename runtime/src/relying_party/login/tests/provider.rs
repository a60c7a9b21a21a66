//! A provider on loopback, as strict as RFC 6749, RFC 7636 and RFC 9700 demand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{CLIENT, Parameters};
use crate::testing::loopback_server::{LoopbackServer, Reply, http_response};
use crate::testing::{EmbeddedIssuer, TestClock, TokenBuilder};

type EditIdToken = dyn Fn(TokenBuilder) -> TokenBuilder + Send + Sync;
type EditResponse = dyn Fn(&mut Value) + Send + Sync;

#[derive(Clone)]
pub(in crate::relying_party) struct TestProvider {
    pub(in crate::relying_party) server: LoopbackServer,
    pub(in crate::relying_party) issuer: EmbeddedIssuer,
    pub(in crate::relying_party) clock: TestClock,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    codes: BTreeMap<String, Code>,
    pushed: BTreeMap<String, Parameters>,
    next: usize,
    edit_id_token: Option<Arc<EditIdToken>>,
    edit_response: Option<Arc<EditResponse>>,
    edit_refresh: Option<Arc<EditResponse>>,
    /// The refresh token that is valid, unless it is the first one.
    refresh_token: Option<String>,
    user_info: Option<Reply>,
    par: Option<Reply>,
}

struct Code {
    request: Parameters,
    is_used: bool,
}

impl TestProvider {
    pub(in crate::relying_party) async fn start() -> Self {
        let server = LoopbackServer::start(Reply::Closed).await;
        let clock = TestClock::new();
        let provider = Self {
            issuer: EmbeddedIssuer::new(&server.url).clock(clock.clone()),
            server,
            clock,
            shared: Arc::default(),
        };
        provider.set_metadata(|_| {});
        let replying = provider.clone();
        provider
            .server
            .set(Reply::PerRequest(Arc::new(move |request| {
                replying.reply(request)
            })));
        provider
    }

    pub(in crate::relying_party) fn url(&self) -> &str {
        &self.server.url
    }

    /// Serves metadata, changed by a function.
    pub(in crate::relying_party) fn set_metadata(&self, edit: impl FnOnce(&mut Value)) {
        let url = self.url();
        let mut metadata = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "userinfo_endpoint": format!("{url}/userinfo"),
            "end_session_endpoint": format!("{url}/logout"),
            "revocation_endpoint": format!("{url}/revoke"),
            "jwks_uri": format!("{url}/keys"),
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": true,
        });
        edit(&mut metadata);
        self.server
            .set_document(Some(Reply::json(200, &metadata.to_string())));
    }

    /// Changes later ID tokens before they are signed.
    pub(in crate::relying_party) fn edit_id_tokens(
        &self,
        edit: impl Fn(TokenBuilder) -> TokenBuilder + Send + Sync + 'static,
    ) {
        self.shared.lock().unwrap().edit_id_token = Some(Arc::new(edit));
    }

    /// Changes later token responses.
    pub(in crate::relying_party) fn edit_responses(
        &self,
        edit: impl Fn(&mut Value) + Send + Sync + 'static,
    ) {
        self.shared.lock().unwrap().edit_response = Some(Arc::new(edit));
    }

    /// Changes later responses to refresh tokens. A refresh token in one of them is the only valid one from then on.
    pub(in crate::relying_party) fn edit_refreshes(
        &self,
        edit: impl Fn(&mut Value) + Send + Sync + 'static,
    ) {
        self.shared.lock().unwrap().edit_refresh = Some(Arc::new(edit));
    }

    pub(in crate::relying_party) fn set_user_info(&self, reply: Reply) {
        self.shared.lock().unwrap().user_info = Some(reply);
    }

    pub(in crate::relying_party) fn set_par(&self, reply: Reply) {
        self.shared.lock().unwrap().par = Some(reply);
    }

    /// Returns an ID token for a nonce, which is valid.
    pub(in crate::relying_party) fn id_token(&self, nonce: &str) -> TokenBuilder {
        let token = self.issuer.token("alice").audience(CLIENT).typ("JWT");
        token
            .without("client_id")
            .without("jti")
            .claim("nonce", nonce)
    }

    /// Logs the user in for an authorization request, and returns the parameters of the response.
    pub(in crate::relying_party) fn authorize(&self, location: &str) -> Parameters {
        let (endpoint, query) = location.split_once('?').unwrap();
        assert_eq!(endpoint, format!("{}/authorize", self.url()));
        let mut shared = self.shared.lock().unwrap();
        let mut request = Parameters::parse(query);
        if let Some(uri) = request.get("request_uri") {
            // RFC 9126 §2.2: a request URI is used once
            request = shared.pushed.remove(uri).unwrap();
        }
        let state = request.get("state").unwrap().to_owned();
        shared.next += 1;
        let code = format!("code-{}", shared.next);
        shared.codes.insert(
            code.clone(),
            Code {
                request,
                is_used: false,
            },
        );
        Parameters(vec![
            ("code".to_owned(), code),
            ("state".to_owned(), state),
            ("iss".to_owned(), self.url().to_owned()),
        ])
    }

    /// Returns the bodies of the requests to an endpoint.
    pub(in crate::relying_party) fn requests_to(&self, start: &str) -> Vec<Parameters> {
        let requests = self.server.requests();
        let bodies = requests.iter().filter(|request| request.starts_with(start));
        bodies
            .map(|request| Parameters::parse(request.split_once("\r\n\r\n").unwrap().1))
            .collect()
    }

    fn reply(&self, request: &str) -> Reply {
        let body = Parameters::parse(request.split_once("\r\n\r\n").unwrap().1);
        if request.starts_with("GET /keys ") {
            Reply::Keys(self.issuer.jwks())
        } else if request.starts_with("POST /token ") {
            let response = self.exchange(&body);
            Reply::json(response.0, &response.1.to_string())
        } else if request.starts_with("POST /revoke ") {
            Reply::json(200, "{}")
        } else if request.starts_with("POST /par ") {
            self.push(body)
        } else if request.starts_with("GET /userinfo ") {
            self.user_info(request)
        } else {
            Reply::json(404, "{}")
        }
    }

    fn push(&self, request: Parameters) -> Reply {
        let mut shared = self.shared.lock().unwrap();
        if let Some(reply) = shared.par.clone() {
            return reply;
        }
        assert_eq!(request.get("request_uri"), None);
        shared.next += 1;
        let uri = format!("urn:ietf:params:oauth:request_uri:{}", shared.next);
        let response = json!({ "request_uri": uri, "expires_in": 60 });
        shared.pushed.insert(uri, request);
        Reply::json(201, &response.to_string())
    }

    fn user_info(&self, request: &str) -> Reply {
        let reply = self.shared.lock().unwrap().user_info.clone();
        assert!(
            request.contains("\r\nauthorization: Bearer access-"),
            "{request}"
        );
        reply.unwrap_or_else(|| Reply::json(200, r#"{"sub":"alice","name":"Alice"}"#))
    }

    /// Exchanges a code as RFC 6749 §4.1.3, RFC 7636 §4.6 and RFC 9700 §4.8.2 demand.
    fn exchange(&self, body: &Parameters) -> (u16, Value) {
        let refused = |error: &str| (400, json!({ "error": error }));
        let mut shared = self.shared.lock().unwrap();
        if let Some(presented) = body.get("refresh_token") {
            let current = shared.refresh_token.as_deref().unwrap_or("refresh-1");
            if presented != current {
                return refused("invalid_grant");
            }
            let mut response =
                json!({ "access_token": "access-2", "token_type": "Bearer", "expires_in": 300 });
            if let Some(edit) = shared.edit_refresh.clone() {
                edit(&mut response);
            }
            if let Some(rotated) = response["refresh_token"].as_str() {
                shared.refresh_token = Some(rotated.to_owned());
            }
            return (200, response);
        }
        let (edit_id_token, edit_response) =
            (shared.edit_id_token.clone(), shared.edit_response.clone());
        let Some(code) = body.get("code").and_then(|code| shared.codes.get_mut(code)) else {
            return refused("invalid_grant");
        };
        if std::mem::replace(&mut code.is_used, true)
            || body.get("redirect_uri") != code.request.get("redirect_uri")
        {
            return refused("invalid_grant");
        }
        let (verifier, challenge) = (
            body.get("code_verifier"),
            code.request.get("code_challenge"),
        );
        let is_verified = match (
            verifier,
            challenge,
            code.request.get("code_challenge_method"),
        ) {
            (Some(verifier), Some(challenge), Some("S256")) => {
                URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
                    == challenge
            }
            (Some(verifier), Some(challenge), None | Some("plain")) => verifier == challenge,
            // a verifier without a challenge is a downgrade
            (None, None, None) => true,
            _ => false,
        };
        if !is_verified {
            return refused("invalid_grant");
        }
        let nonce = code.request.get("nonce").unwrap_or_default();
        let id_token = self.id_token(nonce);
        let id_token = edit_id_token.map_or(id_token.clone(), |edit| edit(id_token));
        let mut response = json!({
            "access_token": "access-1",
            "token_type": "Bearer",
            "expires_in": 300,
            "refresh_token": "refresh-1",
            "id_token": id_token.sign(),
        });
        if let Some(edit) = edit_response {
            edit(&mut response);
        }
        (200, response)
    }
}

/// A response with a signed JWT.
pub(in crate::relying_party) fn jwt(text: &str) -> Reply {
    Reply::Response(http_response(200, "application/jwt", text))
}
