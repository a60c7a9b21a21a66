//! Routes that end the credential of their request, and refusals for other reasons than the input.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use palisade::RevocationList;
use palisade::evidence::AttackClass;
use palisade::prelude::*;
use palisade::relying_party::{Login, Sessions};
use palisade::schemars::{Schema, SchemaGenerator, json_schema};
use palisade::serde::Deserializer;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, Expected};

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
#[tokio::test]
async fn caller_that_the_route_locks_out_is_not_covered() {
    #[secured(authenticated)]
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

    let revocations = RevocationList::new();
    let routes = SecureRouter::new()
        .route("/lock", post(lock))
        .with_state(revocations.clone());
    let api = TestApi::with_server(routes, |server| server.revocations(revocations)).await;
    let report = Attack::new(&api).run().await;
    let route = &report.results().routes()[0];
    for class in [AttackClass::Bound, AttackClass::UnknownMember] {
        let class = route.class(class).unwrap();
        assert_eq!((class.sent(), class.admitted().len()), (0, 0), "{class:?}");
        assert_eq!(
            class.not_covered(),
            ["the API accepts no new credential after an earlier request (status 401)"]
        );
    }
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
