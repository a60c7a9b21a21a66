//! Endpoints that fail: the token is neither good nor bad, and others are served on.

use super::*;
use crate::https::HttpsError;
use crate::testing::loopback_server::http_response;

/// Everything that an endpoint should not answer.
fn bad_answers() -> Vec<(&'static str, Reply)> {
    let mut bad = whole_answers();
    let head = "HTTP/1.1 200 X\r\ncontent-type: application/json\r\n";
    for (name, text) in [
        ("no HTTP", r#"{"active":true}"#.to_owned()),
        (
            "short",
            format!("{head}content-length: 99\r\n\r\n{{\"active\":true}}"),
        ),
        (
            "chunks without an end",
            format!("{head}transfer-encoding: chunked\r\n\r\nf\r\n{{\"active\":true}}\r\n"),
        ),
        (
            "a head of 1 MB",
            format!("{head}x: {}\r\n\r\n", "x".repeat(1024 * 1024)),
        ),
        (
            "1000 fields",
            format!("{head}{}\r\n", "x: y\r\n".repeat(1000)),
        ),
    ] {
        bad.push((name, Reply::Response(text)));
    }
    bad
}

fn whole_answers() -> Vec<(&'static str, Reply)> {
    let whole = |status, content_type, body: &str| {
        Reply::Response(http_response(status, content_type, body))
    };
    let active = r#"{"active":true}"#;
    vec![
        ("down", Reply::Closed),
        ("endless", Reply::Endless),
        ("401", whole(401, JSON, active)),
        ("403", whole(403, JSON, active)),
        ("404", whole(404, JSON, active)),
        ("500", whole(500, JSON, active)),
        ("201", whole(201, JSON, active)),
        ("206", whole(206, JSON, active)),
        ("redirect", whole(302, JSON, active)),
        ("permanent redirect", whole(308, JSON, active)),
        ("html", whole(200, "text/html", active)),
        (
            "a signed answer",
            whole(200, "application/token-introspection+jwt", "a.b.c"),
        ),
        ("no content type", whole(200, "", active)),
        ("10 MB", whole(200, JSON, &" ".repeat(10 * 1024 * 1024))),
        ("empty", whole(200, JSON, "")),
        ("nonsense", whole(200, JSON, "active")),
        ("an array", whole(200, JSON, r#"[{"active":true}]"#)),
        (
            "twice",
            whole(200, JSON, r#"{"active":false,"active":true}"#),
        ),
        ("cut off", whole(200, JSON, r#"{"active":true"#)),
    ]
}

#[tokio::test]
async fn bad_response_fails_the_build() {
    for (name, mode) in bad_answers() {
        let built = Realm::build(credentials(), Startup::FailFast, mode).await;
        let error = match built.err() {
            Some(ConfigError::Introspection {
                source: IntrospectionConfigError::Endpoint(error),
                ..
            }) => error,
            other => panic!("{name}: {other:?}"),
        };
        let is_told = match name {
            "down"
            | "no HTTP"
            | "short"
            | "chunks without an end"
            | "a head of 1 MB"
            | "1000 fields" => matches!(error, IntrospectionError::Https(HttpsError::Transport(_))),
            "endless" | "10 MB" => {
                matches!(error, IntrospectionError::Https(HttpsError::TooLong))
            }
            "401" => matches!(error, IntrospectionError::Credentials),
            "html" | "no content type" | "a signed answer" => {
                matches!(error, IntrospectionError::Https(HttpsError::ContentType))
            }
            "empty" | "nonsense" | "an array" | "twice" | "cut off" => {
                matches!(error, IntrospectionError::NotAnAnswer)
            }
            _ => matches!(error, IntrospectionError::Https(HttpsError::Status(_))),
        };
        assert!(is_told, "{name}: {error:?}");
    }
}

#[tokio::test]
async fn bad_response_is_unavailable_and_cached_token_is_accepted() {
    let realm = Realm::new().await;
    let other: &'static str = "opq.other";
    assert_eq!(realm.rejection().await, None);
    for (name, mode) in bad_answers() {
        realm.loopback.set(knowing(other, mode));
        assert!(
            is_unavailable(rejection(&realm.server, other).await),
            "{name}"
        );
        assert_eq!(realm.rejection().await, None, "{name}");
    }
    let requests = realm.loopback.requests();
    let is_asked_there = |text: &String| text.starts_with("POST /introspect ");
    assert!(
        requests.iter().all(is_asked_there),
        "a redirect was followed"
    );
}

/// An endpoint that calls everything active protects nothing.
#[tokio::test]
async fn endpoint_that_accepts_any_token_fails_the_build() {
    let credulous =
        || Reply::PerRequest(Arc::new(|_: &str| Reply::json(200, r#"{"active":true}"#)));
    let built = Realm::build(credentials(), Startup::FailFast, credulous()).await;
    let Some(ConfigError::Introspection {
        source: IntrospectionConfigError::Endpoint(source),
        ..
    }) = built.err()
    else {
        panic!("it is believed");
    };
    assert!(
        matches!(source, IntrospectionError::Credulous),
        "{source:?}"
    );
}

/// Nor one that looks no further than how a token begins.
#[tokio::test]
async fn probe_starts_with_the_configured_prefix() {
    let loopback = LoopbackServer::start(Reply::PerRequest(Arc::new(|request: &str| {
        let is_active = request.contains("\r\n\r\ntoken=opq_");
        let json = json!({ "active": is_active }).to_string();
        Reply::json(200, &json)
    })))
    .await;
    let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
    let prefixed = issuer.introspect(credentials().prefix("opq_"));
    let built = ResourceServer::builder()
        .trust(prefixed.allow_loopback_http())
        .build()
        .await;
    assert!(
        matches!(
            built,
            Err(ConfigError::Introspection {
                source: IntrospectionConfigError::Endpoint(IntrospectionError::Credulous),
                ..
            })
        ),
        "{built:?}"
    );
}

const STUMBLE: &str = "opq.stumble";

/// An endpoint that has come to call anything active, and is found out by a token it stumbles over.
async fn found_out(realm: &Realm, about_token: Reply) {
    let said = Reply::json(200, &realm.claims().to_string());
    realm
        .loopback
        .set(Reply::PerRequest(Arc::new(move |request| {
            if asks_about(request, STUMBLE) {
                Reply::json(500, "{}")
            } else if asks_about(request, TOKEN) {
                about_token.clone()
            } else {
                said.clone()
            }
        })));
    realm.advance(5);
    assert!(is_unavailable(rejection(&realm.server, STUMBLE).await));
    until("it is found out", || {
        let ready = realm.server.ready();
        ready.is_err_and(|error| error.to_string().contains("nobody has issued"))
    })
    .await;
}

/// However it fails next: only a probe that is answered as it should be clears it.
#[tokio::test]
async fn endpoint_that_accepted_any_token_needs_a_correct_probe() {
    let realm = Realm::new().await;
    found_out(&realm, Reply::Closed).await;
    let said = realm.claims();
    realm.loopback.set(Reply::Closed);
    let before = realm.loopback.request_count();
    realm.advance(5);
    until("another probe has failed", || {
        let _ = realm.server.ready();
        realm.loopback.request_count() > before
    })
    .await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    realm.loopback.set(Reply::json(200, &said.to_string()));
    assert!(is_unavailable(realm.rejection().await));
    assert_eq!(realm.asked(), 0, "nor asked");
    realm.say(&said);
    realm.advance(5);
    until("it is believed again", || realm.server.ready().is_ok()).await;
    assert_eq!(realm.rejection().await, None);
}

#[tokio::test]
async fn endpoint_that_accepts_any_token_clears_the_cache() {
    let realm = Realm::new().await;
    assert_eq!(realm.rejection().await, None);
    found_out(&realm, Reply::Closed).await;
    assert!(is_unavailable(realm.rejection().await));
}

#[tokio::test]
async fn endpoint_that_accepts_any_token_invalidates_requests_in_flight() {
    let realm = Arc::new(Realm::new().await);
    let released = Arc::new(Notify::new());
    let said = Reply::json(200, &realm.claims().to_string());
    let late = Reply::Held(Box::new(said), Arc::clone(&released));
    realm.answer(late.clone());
    let asking = {
        let realm = Arc::clone(&realm);
        tokio::spawn(async move { realm.rejection().await })
    };
    until("the issuer is asked", || realm.asked() == 1).await;
    found_out(&realm, late).await;
    released.notify_one();
    assert!(is_unavailable(asking.await.unwrap()));
    assert_eq!(realm.server.token_cache_usage().0, 0);
}

/// 5 s are given to a question; nobody else waits for it.
#[tokio::test]
async fn silent_endpoint_does_not_delay_other_tokens() {
    let realm = Arc::new(Realm::new().await);
    assert_eq!(realm.rejection().await, None);
    let stuck: &'static str = "opq.stuck";
    realm.loopback.set(knowing(stuck, Reply::Silent));
    let begun = Instant::now();
    let waiting = {
        let realm = Arc::clone(&realm);
        tokio::spawn(async move { rejection(&realm.server, stuck).await })
    };
    until("the issuer is asked", || {
        realm
            .loopback
            .requests()
            .iter()
            .any(|text| asks_about(text, stuck))
    })
    .await;
    assert_eq!(realm.rejection().await, None);
    assert_eq!(rejection(&realm.server, "opq.third").await, INACTIVE);
    assert!(!waiting.is_finished());
    assert!(is_unavailable(waiting.await.unwrap()));
    let elapsed = begun.elapsed();
    assert!((4..10).contains(&elapsed.as_secs()), "{elapsed:?}");
}

#[tokio::test]
async fn requests_in_flight_stay_within_the_limit() {
    let realm = Arc::new(Realm::with(credentials().max_in_flight(2)).await);
    let released = Arc::new(Notify::new());
    let late = Reply::Held(Box::new(Reply::inactive()), Arc::clone(&released));
    realm.loopback.set(late);
    let before = realm.loopback.request_count();
    let requests: Vec<_> = (0..5)
        .map(|n| {
            let realm = Arc::clone(&realm);
            tokio::spawn(async move { rejection(&realm.server, &format!("opq.{n}")).await })
        })
        .collect();
    until("two are asked", || {
        realm.loopback.request_count() == before + 2
    })
    .await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(realm.loopback.request_count(), before + 2);
    released.notify_one();
    until("the next is asked", || {
        realm.loopback.request_count() == before + 3
    })
    .await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(realm.loopback.request_count(), before + 3);
    realm.loopback.set(Reply::inactive());
    for _ in 0..2 {
        released.notify_one();
    }
    for request in requests {
        assert_eq!(request.await.unwrap(), INACTIVE);
    }
}

#[tokio::test]
async fn rejected_credentials_are_reported_by_readiness() {
    let realm = Realm::new().await;
    assert!(realm.server.ready().is_ok());
    realm.loopback.set(Reply::json(401, "{}"));
    assert!(is_unavailable(realm.rejection().await));
    until("it is told", || realm.server.ready().is_err()).await;
    let told = realm.server.ready().unwrap_err();
    assert_eq!(
        told.issuers().collect::<Vec<_>>(),
        [realm.loopback.url.as_str()]
    );
    assert!(
        told.to_string()
            .contains("refuses this api's client id and secret"),
        "{told}"
    );
    realm.loopback.set(Reply::inactive());
    realm.advance(5);
    until("it is ready again", || realm.server.ready().is_ok()).await;
}

/// Or anybody could take a server out of service, with a token that an endpoint stumbles over.
#[tokio::test]
async fn failure_for_one_token_does_not_affect_readiness() {
    let realm = Realm::new().await;
    realm.answer(Reply::json(500, "{}"));
    let probed = realm.probed();
    for _ in 0..20 {
        assert!(is_unavailable(realm.rejection().await));
        assert!(realm.server.ready().is_ok());
    }
    until("a probe is answered", || realm.probed() > probed).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(realm.server.ready().is_ok());
    assert_eq!(realm.probed(), probed + 1, "one in five seconds");
}
