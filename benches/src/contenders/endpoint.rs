//! An introspection endpoint (RFC 7662) on loopback, with one active token.

use std::net::TcpListener;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::routing::post;
use axum::{Form, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime;

use crate::outcome::Outcome;
use crate::tokens::{AUDIENCE, OPAQUE_TOKEN, SCOPE};

/// In seconds; longer than a run, and within the 30 minutes that Palisade allows.
const LIFETIME: u64 = 20 * 60;

#[derive(Deserialize)]
struct IntrospectionRequest {
    token: String,
}

/// Serves the endpoint until the process exits, and returns its URL.
pub(crate) fn start() -> Outcome<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}/introspect", listener.local_addr()?);
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::spawn(move || {
        runtime.block_on(async {
            // if the listener fails, Palisade reports a missing response
            if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                let router = Router::new().route("/introspect", post(introspect));
                let _ = axum::serve(listener, router).await;
            }
        });
    });
    Ok(url)
}

async fn introspect(Form(request): Form<IntrospectionRequest>) -> Json<Value> {
    if request.token != OPAQUE_TOKEN {
        return Json(json!({ "active": false }));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs());
    Json(json!({
        "active": true, "sub": "alice", "client_id": "shop", "aud": AUDIENCE,
        "scope": SCOPE, "token_type": "Bearer", "iat": now, "exp": now + LIFETIME,
    }))
}
