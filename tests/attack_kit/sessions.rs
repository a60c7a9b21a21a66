//! Weaknesses around the sessions of logins, tickets and fallbacks.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use axum::middleware::{Next, from_fn};
use palisade::RevocationList;
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

/// A store of the application, with a mistake.
mod stores {
    use std::time::{SystemTime, UNIX_EPOCH};

    use palisade::claims::NumericDate;
    use palisade::relying_party::{
        MemorySessions, SealingKey, SessionGroup, SessionKey, SessionStore, SessionStoreError,
        StoredSession,
    };

    use super::*;

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Mistake {
        /// The last use of a stored session is the present.
        LastUse,
        /// The sessions of a subject are not found.
        Groups,
    }

    struct Store {
        sessions: MemorySessions,
        mistake: Mistake,
    }

    impl SessionStore for Store {
        async fn insert(
            &self,
            mut session: StoredSession,
        ) -> Result<Vec<StoredSession>, SessionStoreError> {
            if self.mistake == Mistake::LastUse {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
                session.last_used = NumericDate::from_secs(now.as_secs());
            }
            self.sessions.insert(session).await
        }

        async fn find(&self, key: &SessionKey) -> Result<Option<StoredSession>, SessionStoreError> {
            self.sessions.find(key).await
        }

        async fn touch(&self, key: &SessionKey, at: NumericDate) -> Result<(), SessionStoreError> {
            self.sessions.touch(key, at).await
        }

        async fn remove(
            &self,
            key: &SessionKey,
        ) -> Result<Option<StoredSession>, SessionStoreError> {
            self.sessions.remove(key).await
        }

        async fn remove_group(
            &self,
            group: &SessionGroup,
        ) -> Result<Vec<StoredSession>, SessionStoreError> {
            match self.mistake {
                Mistake::LastUse => self.sessions.remove_group(group).await,
                Mistake::Groups => Ok(Vec::new()),
            }
        }

        async fn remove_ended(
            &self,
            now: NumericDate,
            unused_since: NumericDate,
        ) -> Result<Vec<StoredSession>, SessionStoreError> {
            self.sessions.remove_ended(now, unused_since).await
        }
    }

    async fn api(mistake: Mistake) -> TestApi {
        let sessions = MemorySessions::new();
        let sessions = Sessions::builder("https://app.example")
            .store(Store { sessions, mistake })
            .keys(SealingKey::generate().unwrap())
            .build();
        let routes = SecureRouter::new().route("/me", get(me));
        TestApi::with_server(routes, |server| server.sessions(sessions.unwrap())).await
    }

    #[tokio::test]
    async fn store_that_does_not_keep_the_last_use_is_found() {
        let api = api(Mistake::LastUse).await;
        assert_eq!(
            admitted(&api).await,
            ["GET /me: broken_token: a session that was not used for its idle time (status 200)"]
        );
    }

    #[tokio::test]
    async fn session_that_cannot_be_ended_is_not_covered() {
        let api = api(Mistake::Groups).await;
        let results = Attack::new(&api).run().await.assert_refused();
        let class = results.routes()[0].class(AttackClass::BrokenToken);
        assert_eq!(
            class.unwrap().not_covered(),
            ["a session that has ended: the store does not find the sessions of a subject"]
        );
    }
}

/// Ends the session of the request, as a logout does.
mod logout {
    use palisade::schemars::{Schema, SchemaGenerator, json_schema};
    use palisade::serde::Deserializer;

    use super::*;

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
