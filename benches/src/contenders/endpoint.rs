//! An introspection endpoint on loopback (RFC 7662), which knows one token.

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

/// Longer than a run takes, and within what Palisade accepts.
const LIFETIME: u64 = 20 * 60;

#[derive(Deserialize)]
struct Question {
    token: String,
}

/// Serves it for as long as the process lives; its URL.
pub(super) fn start() -> Outcome<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}/introspect", listener.local_addr()?);
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::spawn(move || {
        runtime.block_on(async {
            // One that fails leaves Palisade without an answer, which it tells.
            if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                let router = Router::new().route("/introspect", post(answer));
                let _ = axum::serve(listener, router).await;
            }
        });
    });
    Ok(url)
}

async fn answer(Form(question): Form<Question>) -> Json<Value> {
    if question.token != OPAQUE_TOKEN {
        return Json(json!({ "active": false }));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs());
    Json(json!({
        "active": true, "sub": "alice", "client_id": "shop", "aud": AUDIENCE,
        "scope": SCOPE, "token_type": "Bearer", "iat": now, "exp": now + LIFETIME,
    }))
}
