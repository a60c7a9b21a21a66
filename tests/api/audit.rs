//! The audit of decisions: one event and one count for each.

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use palisade::danger::dangerous_plain_subjects;
use palisade::prelude::*;
use palisade::testing::{
    EmbeddedIssuer, TestApi, TestClock, TestRequest, TestResponse, TokenBuilder,
};
use palisade::{RevocationList, Revocations, RevocationsUnavailable, Secret, VerifiedToken};
use palisade_tests::Log;
use serde_json::{Value, json};

use crate::support::{Calls, routes};

const AUDIT: &str = "palisade::audit";
const ID: &str = "/orders/6f9f3b1e-5f0c-4a7e-9d59-0d6e0f3f6a51";

async fn api() -> TestApi {
    TestApi::new(routes(&Calls::default())).await
}

/// Sends a request, and returns its status and its only audit event.
async fn send(log: &Log, request: TestRequest) -> (u16, Value) {
    let response = request.send().await;
    let events = log.take(AUDIT);
    assert_eq!(events.len(), 1, "{events:?}");
    (response.status().as_u16(), events[0].clone())
}

/// Sends a request, and returns its status, and level, event, reason and outcome of its event.
async fn summary(log: &Log, request: TestRequest) -> String {
    let (status, event) = send(log, request).await;
    let fields = ["event", "reason", "outcome"].map(|name| event["fields"][name].as_str());
    let [Some(name), Some(reason), Some(outcome)] = fields else {
        panic!("{event}");
    };
    let level = event["level"].as_str().unwrap();
    format!("{status} {level} {name} {reason} {outcome}")
}

#[tokio::test]
async fn decision_emits_one_event_with_its_reason() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    for (request, expected) in [
        (
            api.anonymous().get("/health"),
            "200 DEBUG public_access public allow",
        ),
        (
            api.caller("alice").get("/whoami"),
            "200 INFO authn_login_success authorized allow",
        ),
        (
            api.anonymous().get("/whoami"),
            "401 WARN authn_login_fail no_credential deny",
        ),
        (
            api.anonymous().bearer("a b").get("/whoami"),
            "400 WARN authn_login_fail malformed_credential deny",
        ),
        (
            api.anonymous().bearer("a.b.c").get("/whoami"),
            "401 WARN authn_login_fail malformed_token deny",
        ),
        (
            api.caller("alice").delete(ID),
            "403 WARN authz_fail insufficient_scope deny",
        ),
    ] {
        assert_eq!(summary(&log, request).await, expected);
    }
}

/// A change that makes a token invalid.
type Change = fn(TokenBuilder) -> TokenBuilder;

#[tokio::test]
async fn invalid_token_emits_one_event_with_its_reason() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    let cases: [(Change, &str); 8] = [
        (|token| token.typ("JWT"), "rejected_header"),
        (|token| token.kid("x"), "unknown_key"),
        (|token| token.signature([7; 64]), "bad_signature"),
        (|token| token.without("sub"), "bad_claims"),
        (|token| token.claim("iss", "x"), "wrong_issuer"),
        (|token| token.audience("x"), "wrong_audience"),
        (|token| token.claim("nonce", "x"), "id_token"),
        (|token| token.claim("cnf", json!({})), "bound_token"),
    ];
    for (change, reason) in cases {
        let request = api.caller("alice").with_token(change).get("/whoami");
        let expected = format!("401 WARN authn_login_fail {reason} deny");
        assert_eq!(summary(&log, request).await, expected);
    }
}

#[tokio::test]
async fn event_message_states_the_decision() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    for (request, message) in [
        (api.anonymous().get("/health"), "public endpoint"),
        (api.caller("alice").get("/whoami"), "access granted"),
        (api.anonymous().get("/whoami"), "access denied"),
    ] {
        let (_, event) = send(&log, request).await;
        assert_eq!(event["fields"]["message"], message);
    }
}

#[tokio::test]
async fn event_names_the_route_and_issuer_data_of_a_verified_token() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    let insufficient = api.caller("alice").claim("jti", "abc").delete(ID);
    let (_, event) = send(&log, insufficient).await;
    let fields = &event["fields"];
    assert_eq!(
        fields["access"],
        "admin or (orders:write and orders:delete)"
    );
    assert_eq!(fields["handler"], "delete_order");
    assert_eq!(fields["module"], "api::support");
    assert_eq!(fields["issuer"], api.issuer().url());
    assert_eq!(fields["client_id"], "test-client");
    // SHA-256 of `abc` (FIPS 180-2), in base64url
    assert_eq!(
        fields["token_id_hash"],
        "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
    );

    let forged = api
        .caller("alice")
        .with_token(|token| token.signature([7; 64]));
    let (_, event) = send(&log, forged.delete(ID)).await;
    for unknown in ["issuer", "client_id", "token_id_hash"] {
        assert_eq!(event["fields"].get(unknown), None, "{unknown}");
    }
}

/// Returns `subject_hash` and `subject` of an event.
fn subject(event: &Value) -> (Option<&str>, Option<&str>) {
    let field = |name: &str| {
        event["fields"]
            .get(name)
            .map(|value| value.as_str().unwrap())
    };
    (field("subject_hash"), field("subject"))
}

#[tokio::test]
async fn subject_is_in_no_event_without_a_key() {
    let api = api().await;
    let (log, _capturing) = Log::capture();
    for request in [
        api.caller("alice").get("/whoami"),
        api.caller("alice").delete(ID),
        api.caller("alice").scopes("orders:write").post("/orders"),
    ] {
        request.send().await;
        let events = log.take(AUDIT);
        assert!(!events.is_empty());
        for event in events {
            assert_eq!(subject(&event), (None, None), "{event}");
            assert!(!event.to_string().contains("alice"), "{event}");
        }
    }
}

#[tokio::test]
async fn subject_hash_joins_the_events_of_one_caller_only() {
    let with_key = |byte: u8| {
        TestApi::with_server(routes(&Calls::default()), move |server| {
            server.audit_subject_key(Secret::new([byte; 32]))
        })
    };
    let (api, other_key) = (with_key(0x0b).await, with_key(0x0c).await);
    let (log, _capturing) = Log::capture();
    let hash = async |request| {
        let (_, event) = send(&log, request).await;
        assert!(!event.to_string().contains("alice"), "{event}");
        subject(&event).0.map(str::to_owned)
    };
    // of `https://issuer.test`, a line feed and `alice`, computed with Python's `hmac`
    let alice = Some("TQo4icDUvlljcGMkVI5BjfkWyfXvWeRcnJ1Ib7gHCRY".to_owned());
    assert_eq!(hash(api.caller("alice").get("/whoami")).await, alice);
    let other_token = api.caller("alice").claim("jti", "b").scopes("orders:read");
    assert_eq!(hash(other_token.get("/whoami")).await, alice);
    assert_eq!(hash(api.caller("alice").delete(ID)).await, alice);
    assert_ne!(hash(api.caller("bob").get("/whoami")).await, alice);
    assert_ne!(hash(other_key.caller("alice").get("/whoami")).await, alice);
    assert_eq!(hash(api.anonymous().get("/whoami")).await, None);
    let forged = api
        .caller("alice")
        .with_token(|token| token.signature([7; 64]));
    assert_eq!(hash(forged.get("/whoami")).await, None);

    // the events of rejected input, after that of the decision
    let request = api.caller("alice").scopes("orders:write").post("/orders");
    request.json(&json!({ "unknown": 1 })).send().await;
    let events = log.take(AUDIT);
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(
        events
            .iter()
            .all(|event| subject(event).0 == alice.as_deref())
    );

    let inventory = api.api().inventory().to_string();
    assert!(
        inventory.contains("audit events carry a keyed hash of the subject"),
        "{inventory}"
    );
}

#[tokio::test]
async fn plain_subjects_are_audited_for_their_issuer_only() {
    let clock = TestClock::new();
    let other = EmbeddedIssuer::new("https://other.test").clock(clock.clone());
    let api = TestApi::with_server(routes(&Calls::default()), |server| {
        let issuer = other.issuer("https://api.test").grants_everything();
        server
            .trust(dangerous_plain_subjects(issuer, "its clients are services"))
            .audit_subject_key(Secret::new([0x0b; 32]))
    })
    .await;
    let (log, _capturing) = Log::capture();
    let token = other.token("alice").audience(api.audience()).sign();
    let (_, event) = send(&log, api.anonymous().bearer(&token).get("/whoami")).await;
    // of `https://other.test`, a line feed and `alice`
    assert_eq!(
        subject(&event),
        (
            Some("t51io-2PSdjE8JJLtRLW9CQwO9qrB80uCFjm1tLM9vQ"),
            Some("alice")
        )
    );
    let (_, event) = send(&log, api.caller("alice").get("/whoami")).await;
    assert_eq!(subject(&event).1, None);
    let relaxation = "audit events carry the subjects of tokens, because its clients are services";
    let inventory = api.api().inventory().to_string();
    assert!(
        inventory.contains(&format!("relaxation: {relaxation}")),
        "{inventory}"
    );
}

/// A revocation store that is never available.
struct Unavailable;

impl Revocations for Unavailable {
    async fn is_revoked(&self, _: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
        Err(RevocationsUnavailable::default())
    }
}

async fn send_with(revocations: impl Revocations) -> (TestResponse, Value) {
    let routes = routes(&Calls::default());
    let api = TestApi::with_server(routes, |server| server.revocations(revocations)).await;
    let (log, _capturing) = Log::capture();
    let request = api.caller("alice").claim("jti", "j").get("/whoami");
    let response = request.send().await;
    (response, log.take(AUDIT).pop().unwrap())
}

#[tokio::test]
async fn revoked_token_emits_authn_token_reuse() {
    let list = RevocationList::new();
    list.revoke_token("https://issuer.test", "j").unwrap();
    let (response, event) = send_with(list).await;
    assert_eq!(response.status(), 401);
    assert_eq!(event["fields"]["event"], "authn_token_reuse");
    assert_eq!(event["fields"]["reason"], "revoked");
    assert_eq!(event["fields"]["client_id"], "test-client");
}

#[tokio::test]
async fn token_that_is_revoked_after_it_was_cached_is_refused() {
    let list = RevocationList::new();
    let routes = routes(&Calls::default());
    let revocations = list.clone();
    let api = TestApi::with_server(routes, |server| server.revocations(revocations)).await;
    let token = api.caller("alice").claim("jti", "j").token();
    let status = async || {
        let request = api.anonymous().bearer(&token).get("/whoami");
        request.send().await.status().as_u16()
    };
    assert_eq!(status().await, 200);
    assert_eq!(status().await, 200);
    assert_eq!(api.server().token_cache_usage().0, 1);
    list.revoke_token("https://issuer.test", "j").unwrap();
    assert_eq!(status().await, 401);
}

#[tokio::test]
async fn unavailable_revocation_store_returns_503_with_retry_after() {
    let (response, event) = send_with(Unavailable).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.header("retry-after"), Some("5"));
    assert_eq!(response.header("www-authenticate"), None);
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(event["fields"]["reason"], "revocations_unavailable");
}

#[tokio::test]
async fn decisions_and_cached_tokens_are_counted() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let api = api().await;
    let token = api.caller("alice").token();
    for _ in 0..3 {
        api.anonymous().bearer(&token).get("/whoami").send().await;
    }
    api.anonymous().get("/whoami").send().await;
    let mut counted = Vec::new();
    for (key, _, _, value) in snapshots.snapshot().into_vec() {
        let key = key.key();
        let labels: Vec<_> = key.labels().map(metrics::Label::value).collect();
        let value = match value {
            DebugValue::Counter(count) => count,
            DebugValue::Histogram(samples) => samples.len() as u64,
            DebugValue::Gauge(_) => continue,
        };
        counted.push((format!("{} {}", key.name(), labels.join(" ")), value));
    }
    counted.sort();
    let expected = [
        ("palisade_decision_duration_seconds allow", 3),
        ("palisade_decision_duration_seconds deny", 1),
        ("palisade_decisions_total allow authorized", 3),
        ("palisade_decisions_total deny no_credential", 1),
        ("palisade_token_cache_lookups_total hit", 2),
        ("palisade_token_cache_lookups_total miss", 1),
    ];
    assert_eq!(
        counted,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
}

/// The event of a key fetch has the issuer and the outcome, but no part of the response.
#[tokio::test]
async fn key_fetches_are_logged_and_counted() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let (log, _capturing) = Log::capture();
    let issuer = EmbeddedIssuer::serve().await.unwrap();
    let build = async |issuer| ResourceServer::builder().trust(issuer).build().await;
    build(issuer.discovered("https://api.test")).await.unwrap();
    let unknown = Issuer::new(format!("{}/unknown", issuer.url()));
    let unknown = unknown.audience("https://api.test").allow_loopback_http();
    assert!(build(unknown).await.is_err());

    let events = log.take("palisade::keys");
    let logged: Vec<_> = events
        .iter()
        .map(|event| (event["level"].as_str(), event["fields"]["event"].as_str()))
        .collect();
    assert_eq!(
        logged,
        [
            (Some("INFO"), Some("keys_fetched")),
            (Some("WARN"), Some("key_fetch_failed")),
        ]
    );
    assert_eq!(events[0]["fields"]["issuer"], issuer.url());
    let error = events[1]["fields"]["error"].as_str().unwrap();
    assert!(error.contains("status 404"), "{error}");

    let mut counted = Vec::new();
    for (key, _, _, value) in snapshots.snapshot().into_vec() {
        let labels = key.key().labels().map(|label| (label.key(), label.value()));
        let outcome = labels
            .filter(|(name, _)| *name == "outcome")
            .map(|(_, value)| value.to_owned());
        let value = match value {
            DebugValue::Counter(count) => count,
            DebugValue::Histogram(samples) => samples.len() as u64,
            DebugValue::Gauge(age) => u64::from(age.into_inner() > 0.0),
        };
        counted.push((
            format!("{} {}", key.key().name(), outcome.collect::<String>()),
            value,
        ));
    }
    counted.sort();
    let expected = [
        ("palisade_key_fetch_duration_seconds failed", 1),
        ("palisade_key_fetch_duration_seconds fetched", 1),
        ("palisade_key_fetches_total failed", 1),
        ("palisade_key_fetches_total fetched", 1),
        ("palisade_key_set_age_seconds ", 0),
    ];
    assert_eq!(
        counted,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
}
