//! A client against a provider on loopback, which is strict and fails on demand.

mod access_grant;
mod api_client;
mod client_certificates;
mod dynamic_registration;
mod login_tokens;
#[cfg(unix)]
mod processes;
mod provider;
mod refreshed_logins;
mod resource_metadata;
mod token_endpoint;
mod token_source;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;
use crate::clock::Clock;
use crate::secret::Secret;
use crate::testing::TestClock;
use crate::testing::loopback_server::{LoopbackServer, Reply};

/// Returns a metadata document of the issuer with these members instead; null removes one.
fn document(issuer: &str, members: &Value) -> String {
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "code_challenge_methods_supported": ["S256"],
    });
    for (name, value) in members.as_object().unwrap() {
        document[name] = value.clone();
    }
    document.to_string()
}

/// Starts a server with a metadata document, and this reply to everything else.
async fn start(reply: Reply, members: &Value) -> LoopbackServer {
    let server = LoopbackServer::start(reply).await;
    let document = document(&server.url, members);
    server.set_document(Some(Reply::json(200, &document)));
    server
}

async fn provider(server: &LoopbackServer, clock: impl Clock) -> Provider {
    let provider = Provider::builder(&server.url).allow_loopback_http();
    provider.clock(clock).build().await.unwrap()
}

fn secret() -> ClientAuthentication {
    ClientAuthentication::ClientSecretBasic(Secret::new("s3cret"))
}

async fn client(server: &LoopbackServer, clock: impl Clock) -> RelyingParty {
    let registration = ClientRegistration::new("web", secret());
    RelyingParty::new(provider(server, clock).await, registration).unwrap()
}

/// Returns the decoded parameters of a request's body.
fn form(request: &str) -> HashMap<String, String> {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let decode = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
        decoded.unwrap().into_owned()
    };
    let mut parameters = HashMap::new();
    for pair in body.split('&') {
        let (name, value) = pair.split_once('=').unwrap();
        let former = parameters.insert(decode(name), decode(value));
        assert!(former.is_none(), "a parameter appears twice: {body}");
    }
    parameters
}

/// Replies with a new token to each request, which expires after `lifetime` seconds.
fn numbered(lifetime: u64) -> Reply {
    let issued = Arc::new(Mutex::new(0));
    Reply::PerRequest(Arc::new(move |_: &str| {
        let mut issued = issued.lock().unwrap();
        *issued += 1;
        Reply::json(
            200,
            &json!({
                "access_token": format!("t{issued}"),
                "token_type": "Bearer",
                "expires_in": lifetime,
            })
            .to_string(),
        )
    }))
}
