//! The limits of requests and time, and the excuses for single attacks.

use std::time::Duration;

use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use palisade::evidence::{AttackClass, AttackResults};
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, AttackReport};

use crate::support::assert_finds;

#[secured(scopes = "orders:read")]
async fn list() {}

fn routes() -> SecureRouter {
    SecureRouter::new().route("/orders", get(list))
}

fn uncovered(report: &AttackReport) -> Vec<(&str, &str)> {
    report.uncovered().collect()
}

#[tokio::test]
async fn request_limit_counts_the_first_requests() {
    let api = TestApi::new(routes()).await;
    let report = Attack::new(&api).request_limit(0).run().await;
    assert_eq!(
        uncovered(&report),
        [("GET /orders", "the request limit was reached")]
    );
    assert!(report.to_string().contains("raise `request_limit`"));
}

#[tokio::test]
async fn time_limit_ends_the_first_request() {
    let api = TestApi::new(routes()).await;
    let report = Attack::new(&api).time_limit(Duration::ZERO).run().await;
    assert_eq!(
        uncovered(&report),
        [("GET /orders", "the time limit was reached")]
    );
}

/// The clock of the test skips the wait.
#[tokio::test(start_paused = true)]
async fn first_request_that_is_never_answered_ends_at_the_time_limit() {
    #[secured(authenticated)]
    async fn stuck() {
        std::future::pending::<()>().await;
    }

    let api = TestApi::new(SecureRouter::new().route("/stuck", get(stuck))).await;
    // shorter than the limit of the handler
    let attack = Attack::new(&api).time_limit(Duration::from_secs(5));
    let report = attack.run().await;
    assert_eq!(
        uncovered(&report),
        [(
            "GET /stuck",
            "a request was not answered within the time limit"
        )]
    );
    assert!(report.to_string().contains("raise `request_limit`"));
}

/// An API with a layer that accepts a token under other names.
async fn tolerant() -> TestApi {
    async fn rename(mut request: Request, next: Next) -> Response {
        for name in ["x-access-token", "x-forwarded-authorization"] {
            if let Some(value) = request.headers_mut().remove(name) {
                request.headers_mut().insert(AUTHORIZATION, value);
            }
        }
        next.run(request).await
    }

    TestApi::new(routes().layer(from_fn(rename))).await
}

const TOLERATED: &str = "a valid token in the field `x-access-token`";

#[tokio::test]
async fn excuse_of_one_attack_does_not_cover_another() {
    let api = tolerant().await;
    assert_eq!(Attack::new(&api).run().await.admitted().len(), 2);
    let excused = || {
        Attack::new(&api).excuse_attack(
            "GET /orders",
            AttackClass::BrokenToken,
            TOLERATED,
            "old clients, until spring",
        )
    };
    let report = excused().run().await;
    let admitted = report.admitted();
    assert_eq!(admitted.len(), 1, "{admitted:?}");
    assert_finds(
        &admitted,
        "GET /orders: broken_token: a valid token in the field `x-forwarded-authorization` (status 200)",
    );
    let other = "a valid token in the field `x-forwarded-authorization`";
    let both = excused().excuse_attack(
        "GET /orders",
        AttackClass::BrokenToken,
        other,
        "the old proxy",
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("attack.json");
    let results = both.run().await.write(&file).assert_refused();
    assert_eq!(AttackResults::read(&file).unwrap(), results);
    let class = results.routes()[0].class(AttackClass::BrokenToken).unwrap();
    assert_eq!(class.excuse(), None);
    let reasons: Vec<_> = class
        .admitted()
        .iter()
        .map(|admission| class.excuse_of(admission).unwrap())
        .collect();
    assert_eq!(reasons, ["old clients, until spring", "the old proxy"]);
}

#[tokio::test]
#[should_panic(
    expected = "the excuse of GET /orders for broken_token: a logout token excuses nothing; remove it"
)]
async fn excuse_of_a_refused_attack_fails() {
    let api = tolerant().await;
    let attack = Attack::new(&api).excuse("GET /orders", AttackClass::BrokenToken, "a test");
    let attack = attack.excuse_attack(
        "GET /orders",
        AttackClass::BrokenToken,
        "a logout token",
        "a test",
    );
    attack.run().await.assert_refused();
}
