//! Opaque tokens: what callers are answered and operators told, and what nobody is.

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
const TOKEN: &str = "opq_canary-of-a-token";
const SECRET: &str = "canary-of-a-secret";
const PERSON: &str = "canary-of-a-person";

#[secured(scopes = "orders:read")]
async fn show_orders() -> &'static str {
    "three orders"
}

/// What the endpoint answers next.
type Said = Arc<Mutex<(StatusCode, Value)>>;

/// An endpoint on loopback that answers so; its URL.
async fn endpoint(said: Said) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/introspect", listener.local_addr().unwrap());
    let answer = move |Form(asked): Form<Value>| async move {
        let (status, known) = said.lock().unwrap().clone();
        let is_known = asked["token"] == TOKEN;
        let body = if is_known {
            known
        } else {
            json!({ "active": false })
        };
        (status, axum::Json(body))
    };
    let router = Router::new().route("/introspect", post(answer));
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

/// An API whose issuer's tokens are opaque.
struct Opaque {
    said: Said,
    service: Router,
    clock: TestClock,
}

impl Opaque {
    async fn new() -> Self {
        let clock = TestClock::new();
        let said = Arc::new(Mutex::new((StatusCode::OK, active(clock.time()))));
        let asked = Introspection::new("orders-api", Secret::new(SECRET))
            .endpoint(endpoint(Arc::clone(&said)).await);
        let issuer = Issuer::new("https://issuer.test").audience(AUDIENCE);
        let server = ResourceServer::builder()
            .trust(issuer.introspect(asked).allow_loopback_http())
            .clock(clock.clone())
            .build()
            .await
            .unwrap();
        let api = SecureRouter::new().route("/orders", get(show_orders));
        Self {
            said,
            service: api.protect(server).into_standalone_router(),
            clock,
        }
    }

    fn say(&self, status: StatusCode, body: Value) {
        *self.said.lock().unwrap() = (status, body);
    }

    /// The status, then head and body in one text.
    async fn call(&self, token: &str) -> (StatusCode, String) {
        let request =
            Request::get("/orders").header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        let answer = self.service.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        (head.status, format!("{:?}{body}", head.headers))
    }
}

#[tokio::test]
async fn callers_learn_no_more_than_of_a_jwt() {
    let opaque = Opaque::new().await;
    assert_eq!(opaque.call(TOKEN).await.0, StatusCode::OK);
    let (status, refused) = opaque.call("opq_other").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(refused.contains("invalid_token"), "{refused}");

    opaque.clock.advance(std::time::Duration::from_mins(1));
    opaque.say(
        StatusCode::UNAUTHORIZED,
        json!({ "error": "invalid_client" }),
    );
    let (status, unavailable) = opaque.call(TOKEN).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        unavailable.contains("\"retry-after\": \"5\""),
        "{unavailable}"
    );
    assert!(!unavailable.contains("www-authenticate"), "{unavailable}");
    assert!(!unavailable.contains("client"), "{unavailable}");
}

#[tokio::test]
async fn a_scope_that_the_issuer_does_not_tell_of_is_lacking() {
    let opaque = Opaque::new().await;
    let mut said = active(opaque.clock.time());
    said["scope"] = json!("orders:write");
    opaque.say(StatusCode::OK, said);
    let (status, refused) = opaque.call(TOKEN).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(refused.contains("insufficient_scope"), "{refused}");
}

#[tokio::test]
async fn questions_are_counted_and_failures_told() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let (log, _listening) = Log::listen();
    let opaque = Opaque::new().await;
    opaque.call(TOKEN).await;
    assert!(log.take("palisade::introspection").is_empty());
    for (status, level, event, cause) in [
        (
            401,
            "ERROR",
            "introspection_misconfigured",
            "rejects this api's client id",
        ),
        (500, "WARN", "introspection_failed", "status 500"),
    ] {
        opaque.clock.advance(std::time::Duration::from_mins(1));
        opaque.say(StatusCode::from_u16(status).unwrap(), json!({}));
        opaque.call(TOKEN).await;
        let events = log.take("palisade::introspection");
        let told = &events[0];
        assert_eq!(told["level"], level);
        assert_eq!(told["fields"]["event"], event);
        assert_eq!(told["fields"]["issuer"], "https://issuer.test");
        let found = told["fields"]["error"].as_str().unwrap();
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
    // the first probe is of a token that nobody has issued
    assert_eq!((counted["active"], counted["inactive"]), (1, 1));
    assert!(counted["failed"] >= 2, "{counted:?}");
}

/// RFC 7662 §5: nor anything that the issuer told of the person.
#[tokio::test]
async fn nothing_of_token_secret_and_answer_is_told() {
    let (log, _listening) = Log::listen();
    let opaque = Opaque::new().await;
    let mut answers = opaque.call(TOKEN).await.1;
    for (status, change) in [
        (StatusCode::OK, json!({ "aud": PERSON })),
        (StatusCode::OK, json!({ "active": PERSON })),
        (StatusCode::OK, json!({ "cnf": { "jkt": PERSON } })),
        (StatusCode::OK, json!(PERSON)),
        (StatusCode::UNAUTHORIZED, json!({ "error": PERSON })),
        (StatusCode::BAD_GATEWAY, json!({ "error": PERSON })),
    ] {
        opaque.clock.advance(std::time::Duration::from_mins(1));
        let mut said = active(opaque.clock.time());
        match change.as_object() {
            Some(members) => said.as_object_mut().unwrap().extend(members.clone()),
            None => said = change,
        }
        opaque.say(status, said);
        let (status, answer) = opaque.call(TOKEN).await;
        assert!(status.is_client_error() || status.is_server_error());
        answers.push_str(&answer);
    }
    let logged = log.text();
    assert!(logged.contains("palisade::introspection"), "{logged}");
    for canary in [TOKEN, SECRET, PERSON, "canary"] {
        assert!(!answers.contains(canary), "{answers}");
        assert!(!logged.contains(canary), "{logged}");
    }
}
