//! What operators see: one event and one count for each decision.

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi, TestRequest, TestResponse, TokenBuilder};
use palisade::{RevocationList, Revocations, RevocationsUnavailable, VerifiedToken};
use palisade_tests::Log;
use serde_json::{Value, json};

use crate::support::{Calls, routes};

const AUDIT: &str = "palisade::audit";
const ID: &str = "/orders/6f9f3b1e-5f0c-4a7e-9d59-0d6e0f3f6a51";

async fn api() -> TestApi {
    TestApi::new(routes(&Calls::default())).await
}

async fn one_event(log: &Log, request: TestRequest) -> (u16, Value) {
    let answer = request.send().await;
    let events = log.take(AUDIT);
    assert_eq!(events.len(), 1, "{events:?}");
    (answer.status().as_u16(), events[0].clone())
}

#[tokio::test]
async fn every_decision_is_one_event() {
    let api = api().await;
    let (log, _listening) = Log::listen();
    let invalid = |change: fn(TokenBuilder) -> TokenBuilder| {
        api.caller("alice").with_token(change).get("/whoami")
    };
    for (request, status, level, event, reason) in [
        (
            api.anonymous().get("/health"),
            200,
            "DEBUG",
            "public_access",
            "public",
        ),
        (
            api.caller("alice").get("/whoami"),
            200,
            "INFO",
            "authn_login_success",
            "authorized",
        ),
        (
            api.anonymous().get("/whoami"),
            401,
            "WARN",
            "authn_login_fail",
            "no_credential",
        ),
        (
            api.anonymous().bearer("a b").get("/whoami"),
            400,
            "WARN",
            "authn_login_fail",
            "malformed_credential",
        ),
        (
            api.anonymous().bearer("a.b.c").get("/whoami"),
            401,
            "WARN",
            "authn_login_fail",
            "malformed_token",
        ),
        (
            invalid(|token| token.typ("JWT")),
            401,
            "WARN",
            "authn_login_fail",
            "rejected_header",
        ),
        (
            invalid(|token| token.kid("x")),
            401,
            "WARN",
            "authn_login_fail",
            "unknown_key",
        ),
        (
            invalid(|token| token.signature([7; 64])),
            401,
            "WARN",
            "authn_login_fail",
            "bad_signature",
        ),
        (
            invalid(|token| token.without("sub")),
            401,
            "WARN",
            "authn_login_fail",
            "bad_claims",
        ),
        (
            invalid(|token| token.claim("iss", "x")),
            401,
            "WARN",
            "authn_login_fail",
            "wrong_issuer",
        ),
        (
            invalid(|token| token.audience("x")),
            401,
            "WARN",
            "authn_login_fail",
            "wrong_audience",
        ),
        (
            invalid(|token| token.claim("nonce", "x")),
            401,
            "WARN",
            "authn_login_fail",
            "id_token",
        ),
        (
            invalid(|token| token.claim("cnf", json!({}))),
            401,
            "WARN",
            "authn_login_fail",
            "bound_token",
        ),
        (
            api.caller("alice").delete(ID),
            403,
            "WARN",
            "authz_fail",
            "insufficient_scope",
        ),
    ] {
        let (answered, found) = one_event(&log, request).await;
        assert_eq!(
            (answered, found["level"].as_str()),
            (status, Some(level)),
            "{reason}"
        );
        let fields = &found["fields"];
        assert_eq!(fields["event"], event, "{reason}");
        assert_eq!(fields["reason"], reason, "{reason}");
        assert_eq!(
            fields["outcome"],
            if status == 200 { "allow" } else { "deny" },
            "{reason}"
        );
    }
}

#[tokio::test]
async fn an_event_names_the_route_and_of_a_verified_token_what_its_issuer_vouches_for() {
    let api = api().await;
    let (log, _listening) = Log::listen();
    let little = api.caller("alice").claim("jti", "abc").delete(ID);
    let (_, event) = one_event(&log, little).await;
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
    let (_, event) = one_event(&log, forged.delete(ID)).await;
    for unknown in ["issuer", "client_id", "token_id_hash"] {
        assert_eq!(event["fields"].get(unknown), None, "{unknown}");
    }
}

/// A store that never answers.
struct Gone;

impl Revocations for Gone {
    async fn is_revoked(&self, _: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
        Err(RevocationsUnavailable::default())
    }
}

async fn ask(revocations: impl Revocations) -> (TestResponse, Value) {
    let routes = routes(&Calls::default());
    let api = TestApi::with_server(routes, |server| server.revocations(revocations)).await;
    let (log, _listening) = Log::listen();
    let request = api.caller("alice").claim("jti", "j").get("/whoami");
    let answer = request.send().await;
    (answer, log.take(AUDIT).pop().unwrap())
}

#[tokio::test]
async fn a_revoked_token_is_told_as_one_that_is_used_again() {
    let list = RevocationList::new();
    list.revoke_token("https://issuer.test", "j");
    let (answer, event) = ask(list).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(event["fields"]["event"], "authn_token_reuse");
    assert_eq!(event["fields"]["reason"], "revoked");
    assert_eq!(event["fields"]["client_id"], "test-client");
}

#[tokio::test]
async fn what_cannot_be_told_is_answered_with_503_and_when_to_come_back() {
    let (answer, event) = ask(Gone).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(answer.header("www-authenticate"), None);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(event["fields"]["reason"], "revocations_unavailable");
}

#[tokio::test]
async fn decisions_and_remembered_tokens_are_counted() {
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

/// A fetch of keys is told by its issuer and outcome; nothing of what was answered.
#[tokio::test]
async fn fetches_of_keys_are_told_and_counted() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let (log, _listening) = Log::listen();
    let issuer = EmbeddedIssuer::serve().await.unwrap();
    let build = async |issuer| ResourceServer::builder().trust(issuer).build().await;
    build(issuer.discovered("https://api.test")).await.unwrap();
    let nobody = Issuer::new(format!("{}/nobody", issuer.url()));
    let nobody = nobody.audience("https://api.test").allow_loopback_http();
    assert!(build(nobody).await.is_err());

    let events = log.take("palisade::keys");
    let told: Vec<_> = events
        .iter()
        .map(|event| (event["level"].as_str(), event["fields"]["event"].as_str()))
        .collect();
    assert_eq!(
        told,
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
