//! Weaknesses around the sessions of logins, tickets and fallbacks.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use axum::middleware::{Next, from_fn};
use palisade::evidence::AttackClass;
use palisade::prelude::*;
use palisade::relying_party::{Login, NewLogin, Sessions};
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, Expected};

use crate::support::{admitted, assert_finds, assert_only, found};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Name {
    #[garde(length(chars, min = 1, max = 8))]
    name: String,
}

#[secured(login)]
async fn me(login: Login) -> String {
    login.subject().to_owned()
}

#[secured(login)]
async fn rename(Valid(Json(name)): Valid<Json<Name>>) -> String {
    name.name
}

#[secured(any(login, scopes = "orders:read"))]
async fn orders() {}

#[secured(any(login, scopes = "orders:write"))]
async fn create() {}

#[secured(authenticated, ticket)]
async fn events() {}

#[secured(scopes = "admin")]
async fn unmatched() -> StatusCode {
    StatusCode::NOT_FOUND
}

#[public(reason = "a test")]
async fn not_found() -> StatusCode {
    StatusCode::NOT_FOUND
}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/me", get(me))
        .route("/name", post(rename))
        .route("/orders", get(orders).post(create))
}

fn sessions() -> Sessions {
    Sessions::builder("https://app.example").build().unwrap()
}

async fn with_sessions(routes: SecureRouter) -> TestApi {
    TestApi::with_server(routes, |server| server.sessions(sessions())).await
}

#[tokio::test]
async fn attacks_on_logins_tickets_and_fallbacks_are_refused() {
    let inner = SecureRouter::new()
        .route("/events", get(events))
        .fallback(unmatched);
    let routes = routes().nest("/admin", inner).fallback(not_found);
    let api = with_sessions(routes).await;
    let results = Attack::new(&api).run().await.assert_refused();
    for (method, path, class) in [
        ("GET", "/me", AttackClass::NoToken),
        ("GET", "/me", AttackClass::EarlyRefusal),
        ("POST", "/name", AttackClass::BrokenToken),
        ("POST", "/name", AttackClass::Bound),
        ("GET", "/orders", AttackClass::BrokenToken),
        ("GET", "/admin/events", AttackClass::BrokenToken),
        ("*", "/admin", AttackClass::BrokenToken),
        ("*", "/admin", AttackClass::MissingScope),
    ] {
        let route = results.route(method, path).unwrap();
        let results = route.class(class).unwrap();
        assert!(results.sent() > 0, "{method} {path} {class}");
        assert_eq!(results.sent(), results.refused(), "{method} {path} {class}");
    }
}

#[tokio::test]
async fn public_fallback_is_in_the_results() {
    let api = TestApi::new(SecureRouter::new().fallback(not_found)).await;
    let report = Attack::new(&api).run().await;
    assert_eq!(report.uncovered().count(), 0);
    assert!(report.results().route("*", "").is_some(), "{report}");
}

/// A proxy or layer that "repairs" the origin defeats the protection against other sites.
#[tokio::test]
async fn layer_that_replaces_the_origin_is_found() {
    async fn same_origin(mut request: Request, next: Next) -> Response {
        let headers = request.headers_mut();
        headers.remove("sec-fetch-site");
        headers.insert(ORIGIN, HeaderValue::from_static("https://app.example"));
        next.run(request).await
    }
    let api = with_sessions(routes().layer(from_fn(same_origin))).await;
    let found = admitted(&api).await;
    for path in ["/name", "/orders"] {
        assert_finds(
            &found,
            &format!("POST {path}: broken_token: a session from another origin"),
        );
        assert_finds(
            &found,
            &format!("POST {path}: broken_token: a session without an origin"),
        );
        assert_finds(
            &found,
            &format!("POST {path}: broken_token: a session from another site"),
        );
    }
    assert!(
        !found.iter().any(|sentence| sentence.starts_with("GET ")),
        "{found:#?}"
    );
}

/// The layer adds the session of a service account to requests without one.
#[tokio::test]
async fn layer_that_adds_a_session_is_found() {
    let sessions = sessions();
    let login = NewLogin::new("https://login.example", "app", "service");
    let (_, cookie) = sessions
        .start(login, &axum::http::HeaderMap::new())
        .await
        .unwrap();
    let pair = cookie.to_str().unwrap().split(';').next().unwrap();
    let pair: HeaderValue = pair.parse().unwrap();
    let layer = from_fn(move |mut request: Request, next: Next| {
        let pair = pair.clone();
        async move {
            if !request.headers().contains_key(AUTHORIZATION) {
                request.headers_mut().insert(COOKIE, pair);
            }
            next.run(request).await
        }
    });
    let api = TestApi::with_server(routes().layer(layer), |server| server.sessions(sessions)).await;
    let found = admitted(&api).await;
    for route in ["GET /me", "POST /name", "GET /orders"] {
        assert_finds(&found, &format!("{route}: no_token: no session"));
        assert_finds(
            &found,
            &format!("{route}: broken_token: a session that does not exist"),
        );
        for ended in [
            "a session that has ended",
            "a session that was not used for its idle time",
            "a session that is as old as its lifetime",
        ] {
            assert_finds(&found, &format!("{route}: broken_token: {ended}"));
        }
    }
}

/// The layer accepts the cookie of an older release, which has another name.
#[tokio::test]
async fn layer_that_renames_the_cookie_is_found() {
    async fn rename_cookie(mut request: Request, next: Next) -> Response {
        let cookie = request
            .headers()
            .get(COOKIE)
            .and_then(|value| value.to_str().ok());
        if let Some(rest) = cookie.and_then(|cookie| cookie.strip_prefix("session=")) {
            let renamed = HeaderValue::from_str(&format!("__Host-session={rest}")).unwrap();
            request.headers_mut().insert(COOKIE, renamed);
        }
        next.run(request).await
    }
    let api = with_sessions(
        SecureRouter::new()
            .route("/me", get(me))
            .layer(from_fn(rename_cookie)),
    )
    .await;
    let found = admitted(&api).await;
    assert_only(
        &found,
        "GET /me: broken_token: the cookie of a session with another name",
    );
}

/// Some applications keep tokens in the URLs of pages.
#[tokio::test]
async fn layer_that_accepts_a_token_as_a_ticket_is_found() {
    async fn ticket_is_token(mut request: Request, next: Next) -> Response {
        let query = request.uri().query().unwrap_or_default();
        let token = query
            .strip_prefix("ticket=")
            .filter(|token| token.contains('.'));
        if let Some(token) = token {
            let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
            let path = request.uri().path().parse().unwrap();
            request.headers_mut().insert(AUTHORIZATION, value);
            *request.uri_mut() = path;
        }
        next.run(request).await
    }
    // outside the API, because its own layers do not see tickets
    let api = TestApi::new(SecureRouter::new().route("/events", get(events))).await;
    let api = api.map_router(|router| {
        axum::Router::new()
            .fallback_service(router)
            .layer(from_fn(ticket_is_token))
    });
    let found = admitted(&api).await;
    assert_only(
        &found,
        "GET /events: broken_token: a valid token as a ticket",
    );
}

#[tokio::test]
async fn layer_that_opens_a_fallback_is_found_and_can_be_excused() {
    async fn open(request: Request, next: Next) -> Response {
        let response = next.run(request).await;
        if response.status() == StatusCode::UNAUTHORIZED {
            return StatusCode::OK.into_response();
        }
        response
    }
    let api = TestApi::new(SecureRouter::new().fallback(unmatched).layer(from_fn(open))).await;
    let report = Attack::new(&api).run().await;
    assert_finds(&report.admitted(), "no_token: no token (status 200)");
    let excused = [
        AttackClass::NoToken,
        AttackClass::BrokenToken,
        AttackClass::OtherIssuer,
    ];
    let attack = excused
        .into_iter()
        .fold(Attack::new(&api), |attack, class| {
            attack.excuse("* /", class, "a test")
        });
    attack.run().await.assert_refused();
}

#[tokio::test]
async fn reached_request_limit_fails_the_attack() {
    let api = with_sessions(routes()).await;
    let report = Attack::new(&api).request_limit(20).run().await;
    assert!(report.admitted().is_empty(), "{report}");
    let text = report.to_string();
    assert!(text.contains("not covered: "), "{text}");
    assert!(text.contains("raise `request_limit`"), "{text}");
    let failed = std::panic::catch_unwind(move || report.assert_refused());
    assert!(failed.is_err());
}

#[tokio::test]
async fn tickets_that_were_used_are_reported_as_not_covered() {
    let api = TestApi::new(SecureRouter::new().route("/events", get(events))).await;
    let report = Attack::new(&api).run().await;
    let expected =
        "not covered: GET /events: broken_token: a ticket that was used, or is for another route";
    assert!(report.to_string().contains(expected), "{report}");
}

#[tokio::test]
async fn session_that_is_not_expected_is_found() {
    let api = with_sessions(routes()).await;
    let run = async |me: Expected, orders: Expected| {
        let attack = Attack::new(&api).expect("GET /me", me);
        attack.expect("GET /orders", orders).run().await
    };
    let token = Expected::scopes("orders:read");
    let report = run(token.clone(), token.clone()).await;
    assert_eq!(
        found(&report),
        [
            "GET /me: expectation: a session, which the test does not expect to suffice (status 200)",
            "GET /orders: expectation: a session, which the test does not expect to suffice (status 200)",
        ]
    );
    let results = run(Expected::login(), token.or(Expected::login())).await;
    let results = results.assert_refused();
    for path in ["/me", "/orders"] {
        let route = results.route("GET", path).unwrap();
        let class = route.class(AttackClass::Expectation).unwrap();
        assert!(class.is_evidence(), "{path} {class:?}");
    }
}

/// A route for sessions, in front of which a layer accepts tokens.
#[tokio::test]
async fn token_instead_of_an_expected_session_is_found() {
    async fn tokens(request: Request, next: Next) -> Response {
        if request.headers().contains_key(AUTHORIZATION) {
            return StatusCode::OK.into_response();
        }
        next.run(request).await
    }
    let routes = SecureRouter::new().route("/me", get(me));
    let api = with_sessions(routes.layer(from_fn(tokens))).await;
    let attack = Attack::new(&api).expect("GET /me", Expected::login());
    assert_finds(
        &found(&attack.run().await),
        "GET /me: expectation: a token with no scopes and roles, which the test does not expect",
    );
}

/// Every mistake in a session is refused, and so is a valid one: a proxy removes the cookie.
#[tokio::test]
async fn session_that_is_not_admitted_is_not_covered() {
    async fn without_cookie(mut request: Request, next: Next) -> Response {
        request.headers_mut().remove(COOKIE);
        next.run(request).await
    }
    let routes = SecureRouter::new().route("/orders", get(orders));
    let api = with_sessions(routes.layer(from_fn(without_cookie))).await;
    let report = Attack::new(&api).run().await;
    let route = &report.results().routes()[0];
    for class in [AttackClass::NoToken, AttackClass::BrokenToken] {
        let class = route.class(class).unwrap();
        assert_eq!(
            class.not_covered(),
            ["the API does not admit a valid session"]
        );
    }
}

#[tokio::test]
async fn body_that_is_read_before_the_session_is_found() {
    async fn buffer(request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await;
        let body = axum::body::Body::from(bytes.unwrap_or_default());
        next.run(Request::from_parts(parts, body)).await
    }
    let routes = SecureRouter::new().route("/name", post(rename));
    let api = with_sessions(routes.layer(from_fn(buffer))).await;
    assert_finds(
        &admitted(&api).await,
        "POST /name: early_refusal: no token, and the body was read",
    );
}

/// The kit has no sessions of the owners, so that the attacks with their tokens are not all.
#[tokio::test]
async fn objects_that_sessions_reach_are_not_covered() {
    #[secured(any(login, scopes = "orders:read"))]
    async fn show(credential: Option<Caller>, Path(id): Path<u32>) -> StatusCode {
        let owner = if id == 1 { "alice" } else { "bob" };
        match credential {
            Some(caller) if caller.subject() != owner => StatusCode::NOT_FOUND,
            _ => StatusCode::OK,
        }
    }

    let api = with_sessions(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    let report = attack.run().await;
    let route = &report.results().routes()[0];
    let class = route.class(AttackClass::OtherOwner).unwrap();
    assert!(class.sent() > 0, "{class:?}");
    assert_eq!(class.not_covered(), ["sessions of the owners"]);
}
