//! Routes that end the credential of their request, and refusals for other reasons than the input.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::ORIGIN;
use axum::middleware::{Next, from_fn};
use palisade::RevocationList;
use palisade::evidence::AttackClass;
use palisade::prelude::*;
use palisade::relying_party::{Login, Sessions};
use palisade::schemars::{Schema, SchemaGenerator, json_schema};
use palisade::serde::Deserializer;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, Expected, Sample};

use crate::support::{assert_finds, found};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Name {
    #[garde(length(chars, min = 1, max = 8))]
    name: String,
}

fn sessions() -> Sessions {
    Sessions::builder("https://app.example").build().unwrap()
}

#[derive(SecureInput)]
#[secure(scalar = "a test", schema = short)]
struct Careless;

impl<'de> Deserialize<'de> for Careless {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        String::deserialize(decoder).map(|_| Self)
    }
}

fn short(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "minLength": 2, "maxLength": 4 })
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Reason {
    #[garde(skip)]
    reason: Careless,
}

#[secured(login)]
async fn leave(
    login: Login,
    State(sessions): State<Sessions>,
    Valid(Json(name)): Valid<Json<Name>>,
) -> String {
    sessions.end(&login).await.unwrap();
    name.name
}

#[secured(login)]
async fn leave_with_reason(
    login: Login,
    State(sessions): State<Sessions>,
    Valid(Json(reason)): Valid<Json<Reason>>,
) {
    let Reason { reason: Careless } = reason;
    sessions.end(&login).await.unwrap();
}

async fn api(routes: SecureRouter<Sessions>) -> TestApi {
    let sessions = sessions();
    let routes = routes.with_state(sessions.clone());
    TestApi::with_server(routes, |server| server.sessions(sessions)).await
}

#[tokio::test]
async fn attacks_on_a_route_that_ends_its_session_are_evidence() {
    let routes = SecureRouter::new().route("/logout", post(leave));
    let api = api(routes).await;
    let attack = Attack::new(&api).expect("POST /logout", Expected::login());
    let results = attack.run().await.assert_refused();
    let route = &results.routes()[0];
    for (class, statuses) in [
        (AttackClass::BrokenToken, &[400, 401, 403][..]),
        (AttackClass::Bound, &[400, 422]),
        (AttackClass::UnknownMember, &[422]),
        (AttackClass::MediaType, &[415]),
        (AttackClass::Oversize, &[413, 431]),
        (AttackClass::SlowBody, &[408]),
    ] {
        let class = route.class(class).unwrap();
        assert!(class.is_evidence(), "{class:?}");
        for refusal in class.refusals() {
            assert!(statuses.contains(&refusal.status()), "{class:?}");
        }
    }
}

/// The session that ended with the first request does not hide the weakness.
#[tokio::test]
async fn bound_that_is_not_checked_on_a_route_that_ends_its_session_is_found() {
    let routes = SecureRouter::new().route("/logout", post(leave_with_reason));
    let api = api(routes).await;
    let admitted = found(&Attack::new(&api).run().await);
    for mistake in [
        "/reason has 5 characters, at most 4 (status 200)",
        "/reason has 1 characters, at least 2 (status 200)",
    ] {
        assert_finds(
            &admitted,
            &format!("POST /logout: bound: in the body, {mistake}"),
        );
    }
}

/// The control request ended another session than the one of the attack.
#[tokio::test]
async fn foreign_origin_at_a_route_that_ends_its_session_is_found() {
    async fn own_origin(mut request: Request, next: Next) -> Response {
        let origin = HeaderValue::from_static("https://app.example");
        request.headers_mut().insert(ORIGIN, origin);
        next.run(request).await
    }

    let routes = SecureRouter::new().route("/logout", post(leave));
    let api = api(routes.layer(from_fn(own_origin))).await;
    assert_finds(
        &found(&Attack::new(&api).run().await),
        "POST /logout: broken_token: a session without an origin (status 200)",
    );
}

/// The data that the handler accepted ended another session than the one of the slow body.
#[tokio::test]
async fn slow_body_to_a_route_that_ends_its_session_is_refused() {
    #[secured(login, unvalidated = "stored as it is")]
    async fn leave_with_text(
        login: Login,
        State(sessions): State<Sessions>,
        Unvalidated(text): Unvalidated<String>,
    ) -> String {
        sessions.end(&login).await.unwrap();
        text
    }

    let api = api(SecureRouter::new().route("/logout", post(leave_with_text))).await;
    let attack = Attack::new(&api);
    let attack = attack.sample("POST /logout", Sample::new().body("text", "text/plain"));
    let report = attack.run().await;
    let route = &report.results().routes()[0];
    let unchecked = route.class(AttackClass::UncheckedData).unwrap();
    assert!(!unchecked.admitted().is_empty(), "{unchecked:?}");
    let class = route.class(AttackClass::SlowBody).unwrap();
    assert!(class.is_evidence(), "{class:?}");
}

/// The request before it ended another session.
#[tokio::test]
async fn session_that_a_route_ends_and_that_is_not_expected_is_found() {
    let routes = SecureRouter::new().route("/logout", post(leave));
    let api = api(routes).await;
    let attack = Attack::new(&api).expect("POST /logout", Expected::scopes("logout"));
    assert_finds(
        &found(&attack.run().await),
        "POST /logout: expectation: a session, which the test does not expect to suffice (status 200)",
    );
}

/// A route after which the API accepts no token of the caller.
#[secured(scopes = "orders:lock")]
async fn lock(
    caller: Caller,
    State(revocations): State<RevocationList>,
    Valid(Json(name)): Valid<Json<Name>>,
) -> String {
    let issuer = "https://issuer.test";
    revocations
        .revoke_subject(issuer, caller.subject(), revocations.now())
        .unwrap();
    name.name
}

async fn locking_api() -> TestApi {
    let revocations = RevocationList::new();
    let routes = SecureRouter::new()
        .route("/lock", post(lock))
        .with_state(revocations.clone());
    TestApi::with_server(routes, |server| server.revocations(revocations)).await
}

#[tokio::test]
async fn caller_that_the_route_locks_out_is_not_covered() {
    let api = locking_api().await;
    let report = Attack::new(&api).run().await;
    let route = &report.results().routes()[0];
    for class in [
        AttackClass::Bound,
        AttackClass::UnknownMember,
        AttackClass::SlowBody,
    ] {
        let class = route.class(class).unwrap();
        assert_eq!((class.sent(), class.admitted().len()), (0, 0), "{class:?}");
        assert_eq!(
            class.not_covered(),
            ["the API accepts no new credential after an earlier request (status 401)"]
        );
    }
}

const LOCKED_OUT: &str = "the route refuses its own caller, too, after an earlier request (status 401); let the server of the test lock no caller out";

/// The token without the scope is refused with 401, as the token with it.
#[tokio::test]
async fn missing_scope_of_a_caller_that_the_route_locks_out_is_not_covered() {
    let api = locking_api().await;
    let attack = Attack::new(&api).expect("POST /lock", Expected::scopes("orders:lock"));
    let report = attack.run().await;
    assert_eq!(found(&report), [""; 0]);
    let route = &report.results().routes()[0];
    for (class, gaps) in [
        (
            AttackClass::MissingScope,
            &[
                "a token with only `orders:lock` is not admitted",
                LOCKED_OUT,
            ][..],
        ),
        (AttackClass::Expectation, &[LOCKED_OUT]),
    ] {
        let class = route.class(class).unwrap();
        assert_eq!(class.not_covered(), gaps);
        assert!(!class.is_evidence());
    }
}

/// The declaration accepts the token, so that the route admits it before it locks its caller out.
#[tokio::test]
async fn declared_scope_that_is_not_expected_is_found_although_the_route_locks_its_caller_out() {
    let api = locking_api().await;
    let attack = Attack::new(&api).expect("POST /lock", Expected::scopes("admin"));
    assert_eq!(
        found(&attack.run().await),
        [
            "POST /lock: expectation: a token with only `orders:lock`, which the test does not expect to suffice (status 401)"
        ]
    );
}

/// The own caller is admitted, so that a 401 for a missing scope is a wrong answer and no lock.
#[tokio::test]
async fn wrong_status_for_a_missing_scope_is_found() {
    #[secured(scopes = "orders:read")]
    async fn list() {}

    async fn unauthorized(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        if response.status() == StatusCode::FORBIDDEN {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
        }
        response
    }

    let routes = SecureRouter::new().route("/orders", get(list));
    let api = TestApi::new(routes.layer(from_fn(unauthorized))).await;
    assert_finds(
        &found(&Attack::new(&api).run().await),
        "GET /orders: missing_scope: a token with no scopes and roles (status 401)",
    );
}

/// A layer that limits the rate of some requests says nothing about their input.
#[tokio::test]
async fn refusal_for_another_reason_than_the_input_is_not_covered() {
    #[secured(authenticated)]
    async fn show(Path(id): Path<u32>) -> String {
        id.to_string()
    }

    async fn limit_rate(request: Request, next: Next) -> Response {
        if request.uri().path().ends_with("seven") {
            return StatusCode::TOO_MANY_REQUESTS.into_response();
        }
        next.run(request).await
    }

    let routes = SecureRouter::new().route("/orders/{id}", get(show));
    let api = TestApi::new(routes.route_layer(from_fn(limit_rate))).await;
    let results = Attack::new(&api).run().await.assert_refused();
    let class = results.routes()[0].class(AttackClass::Bound).unwrap();
    assert!(class.sent() > 0, "{class:?}");
    assert_eq!(
        class.not_covered(),
        [
            "in the path, the value is no number: the API answers with status 429, but not because of the input"
        ]
    );
}
