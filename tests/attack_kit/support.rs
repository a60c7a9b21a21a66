//! Runs attacks and checks what they find.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, AttackReport};
use serde_json::Value;

/// Returns the admitted attacks on an API, without further knowledge of it.
pub async fn admitted(api: &TestApi) -> Vec<String> {
    found(&Attack::new(api).run().await)
}

/// Returns the admitted attacks of a report in which every route was attacked.
pub fn found(report: &AttackReport) -> Vec<String> {
    let uncovered: Vec<_> = report.uncovered().collect();
    assert!(uncovered.is_empty(), "{uncovered:?}");
    report.admitted()
}

/// Asserts that each admitted attack begins with a route and a class, and that there is one.
#[track_caller]
pub fn assert_only(admitted: &[String], route_and_class: &str) {
    assert!(!admitted.is_empty(), "nothing was found");
    for sentence in admitted {
        assert!(sentence.starts_with(route_and_class), "{admitted:#?}");
    }
}

/// Asserts that one of the admitted attacks contains a text.
#[track_caller]
pub fn assert_finds(admitted: &[String], text: &str) {
    assert!(
        admitted.iter().any(|sentence| sentence.contains(text)),
        "{text}: {admitted:#?}"
    );
}

/// Returns the claims of a token whose signature is not verified.
pub fn claims(headers: &HeaderMap) -> Option<Value> {
    let field = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let payload = field.strip_prefix("Bearer ")?.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}
