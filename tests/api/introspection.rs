//! Opaque tokens: responses, events and metrics, without the token or the introspection response.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::post;
use axum::{Form, Router};
use http_body_util::BodyExt as _;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use palisade::claims::NumericDate;
use palisade::prelude::{ResourceServer, SecureRouter, get, secured};
use palisade::testing::TestClock;
use palisade::{Introspection, Issuer, Secret};
use palisade_tests::Log;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const AUDIENCE: &str = "https://orders.example";
const TOKEN: &str = "opq_canary-token";
const SECRET: &str = "canary-secret";
const PERSON: &str = "canary-person";

#[secured(scopes = "orders:read")]
async fn show_orders() -> &'static str {
    "three orders"
}

/// The next response of the introspection endpoint.
type NextResponse = Arc<Mutex<(StatusCode, Value)>>;

/// Serves an introspection endpoint on loopback, and returns its URL.
async fn serve_endpoint(next: NextResponse) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/introspect", listener.local_addr().unwrap());
    let introspect = move |Form(request): Form<Value>| async move {
        let (status, known) = next.lock().unwrap().clone();
        let is_known = request["token"] == TOKEN;
        let body = if is_known {
            known
        } else {
            json!({ "active": false })
        };
        (status, axum::Json(body))
    };
    let router = Router::new().route("/introspect", post(introspect));
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

fn active(now: NumericDate) -> Value {
    json!({
        "active": true, "sub": "alice", "aud": AUDIENCE, "client_id": "shop",
        "scope": "orders:read", "iat": now.as_secs(), "exp": now.as_secs() + 600,
        "username": PERSON, "email": PERSON,
    })
}

/// An API whose issuer issues opaque tokens.
struct OpaqueApi {
    next: NextResponse,
    service: Router,
    clock: TestClock,
}

impl OpaqueApi {
    async fn new() -> Self {
        let clock = TestClock::new();
        let next = Arc::new(Mutex::new((StatusCode::OK, active(clock.time()))));
        let introspection = Introspection::new("orders-api", Secret::new(SECRET))
            .endpoint(serve_endpoint(Arc::clone(&next)).await);
        let issuer = Issuer::new("https://issuer.test").audience(AUDIENCE);
        let server = ResourceServer::builder()
            .trust(issuer.introspect(introspection).allow_loopback_http())
            .clock(clock.clone())
            .build()
            .await
            .unwrap();
        let api = SecureRouter::new().route("/orders", get(show_orders));
        Self {
            next,
            service: api.protect(server).into_router(),
            clock,
        }
    }

    fn set_response(&self, status: StatusCode, body: Value) {
        *self.next.lock().unwrap() = (status, body);
    }

    /// Sends a request with the token, and returns the status, and headers and body as text.
    async fn send(&self, token: &str) -> (StatusCode, String) {
        let request =
            Request::get("/orders").header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        let response = self.service.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        (head.status, format!("{:?}{body}", head.headers))
    }
}

#[tokio::test]
async fn opaque_token_has_the_same_responses_as_a_jwt() {
    let api = OpaqueApi::new().await;
    assert_eq!(api.send(TOKEN).await.0, StatusCode::OK);
    let (status, response) = api.send("opq_other").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(response.contains("invalid_token"), "{response}");

    api.clock.advance(std::time::Duration::from_mins(1));
    api.set_response(
        StatusCode::UNAUTHORIZED,
        json!({ "error": "invalid_client" }),
    );
    let (status, unavailable) = api.send(TOKEN).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        unavailable.contains("\"retry-after\": \"5\""),
        "{unavailable}"
    );
    assert!(!unavailable.contains("www-authenticate"), "{unavailable}");
    assert!(!unavailable.contains("client"), "{unavailable}");
}

#[tokio::test]
async fn scope_missing_from_the_introspection_response_returns_403() {
    let api = OpaqueApi::new().await;
    let mut body = active(api.clock.time());
    body["scope"] = json!("orders:write");
    api.set_response(StatusCode::OK, body);
    let (status, response) = api.send(TOKEN).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(response.contains("insufficient_scope"), "{response}");
}

#[tokio::test]
async fn introspections_are_counted_and_failures_logged() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let (log, _capturing) = Log::capture();
    let api = OpaqueApi::new().await;
    api.send(TOKEN).await;
    assert!(log.take("palisade::introspection").is_empty());
    for (status, level, event, cause) in [
        (
            401,
            "ERROR",
            "introspection_misconfigured",
            "rejects this API's client ID",
        ),
        (500, "WARN", "introspection_failed", "status 500"),
    ] {
        api.clock.advance(std::time::Duration::from_mins(1));
        api.set_response(StatusCode::from_u16(status).unwrap(), json!({}));
        api.send(TOKEN).await;
        let events = log.take("palisade::introspection");
        let logged = &events[0];
        assert_eq!(logged["level"], level);
        assert_eq!(logged["fields"]["event"], event);
        assert_eq!(logged["fields"]["issuer"], "https://issuer.test");
        let found = logged["fields"]["error"].as_str().unwrap();
        assert!(found.contains(cause), "{found}");
    }
    let mut counted = HashMap::new();
    for (key, _, _, value) in snapshots.snapshot().into_vec() {
        let key = key.key();
        let mut labels = key.labels();
        let outcome = labels.find(|label| label.key() == "outcome");
        if let (DebugValue::Counter(count), "palisade_introspections_total", Some(outcome)) =
            (value, key.name(), outcome)
        {
            counted.insert(outcome.value().to_owned(), count);
        }
    }
    // the first probe uses a token that was never issued
    assert_eq!((counted["active"], counted["inactive"]), (1, 1));
    assert!(counted["failed"] >= 2, "{counted:?}");
}

/// RFC 7662 §5: the introspection response may contain personal data.
#[tokio::test]
async fn token_secret_and_introspection_response_are_never_disclosed() {
    let (log, _capturing) = Log::capture();
    let api = OpaqueApi::new().await;
    let mut responses = api.send(TOKEN).await.1;
    for (status, change) in [
        (StatusCode::OK, json!({ "aud": PERSON })),
        (StatusCode::OK, json!({ "active": PERSON })),
        (StatusCode::OK, json!({ "cnf": { "jkt": PERSON } })),
        (StatusCode::OK, json!(PERSON)),
        (StatusCode::UNAUTHORIZED, json!({ "error": PERSON })),
        (StatusCode::BAD_GATEWAY, json!({ "error": PERSON })),
    ] {
        api.clock.advance(std::time::Duration::from_mins(1));
        let mut body = active(api.clock.time());
        match change.as_object() {
            Some(members) => body.as_object_mut().unwrap().extend(members.clone()),
            None => body = change,
        }
        api.set_response(status, body);
        let (status, response) = api.send(TOKEN).await;
        assert!(status.is_client_error() || status.is_server_error());
        responses.push_str(&response);
    }
    let logged = log.text();
    assert!(logged.contains("palisade::introspection"), "{logged}");
    for canary in [TOKEN, SECRET, PERSON, "canary"] {
        assert!(!responses.contains(canary), "{responses}");
        assert!(!logged.contains(canary), "{logged}");
    }
}
