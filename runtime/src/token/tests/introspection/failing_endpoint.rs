//! Endpoints that fail: the token is neither valid nor invalid, and other tokens are not affected.

use super::*;
use crate::https::HttpsError;
use crate::testing::loopback_server::http_response;

/// Every kind of bad response, by name.
fn bad_responses() -> Vec<(&'static str, Reply)> {
    let mut bad = complete_bad_responses();
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

fn complete_bad_responses() -> Vec<(&'static str, Reply)> {
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
            "a signed response",
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
    for (name, reply) in bad_responses() {
        let built = IntrospectedServer::build(credentials(), Startup::FailFast, reply).await;
        let error = match built.err() {
            Some(ConfigError::Introspection {
                source: IntrospectionConfigError::Endpoint(error),
                ..
            }) => error,
            other => panic!("{name}: {other:?}"),
        };
        let is_expected = match name {
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
            "html" | "no content type" | "a signed response" => {
                matches!(
                    error,
                    IntrospectionError::Https(HttpsError::ContentType { .. })
                )
            }
            "empty" | "nonsense" | "an array" | "twice" | "cut off" => {
                matches!(error, IntrospectionError::MalformedResponse)
            }
            _ => matches!(error, IntrospectionError::Https(HttpsError::Status { .. })),
        };
        assert!(is_expected, "{name}: {error:?}");
    }
}

#[tokio::test]
async fn bad_response_is_unavailable_and_cached_token_is_accepted() {
    let test = IntrospectedServer::new().await;
    let other: &'static str = "opq.other";
    assert_eq!(test.rejection().await, None);
    for (name, reply) in bad_responses() {
        test.loopback.set(reply_for(other, reply));
        assert!(
            is_unavailable(rejection(&test.server, other).await),
            "{name}"
        );
        assert_eq!(test.rejection().await, None, "{name}");
    }
    let requests = test.loopback.requests();
    let is_to_endpoint = |text: &String| text.starts_with("POST /introspect ");
    assert!(
        requests.iter().all(is_to_endpoint),
        "a redirect was followed"
    );
}

/// An endpoint that reports every token as active protects nothing.
#[tokio::test]
async fn endpoint_that_accepts_any_token_fails_the_build() {
    let accepts_any_token =
        || Reply::PerRequest(Arc::new(|_: &str| Reply::json(200, r#"{"active":true}"#)));
    let built =
        IntrospectedServer::build(credentials(), Startup::FailFast, accepts_any_token()).await;
    let Some(ConfigError::Introspection {
        source: IntrospectionConfigError::Endpoint(source),
        ..
    }) = built.err()
    else {
        panic!("the endpoint is trusted");
    };
    assert!(
        matches!(source, IntrospectionError::AcceptsAnyToken),
        "{source:?}"
    );
}

/// An endpoint that checks only the prefix of a token accepts any token.
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
                source: IntrospectionConfigError::Endpoint(IntrospectionError::AcceptsAnyToken),
                ..
            })
        ),
        "{built:?}"
    );
}

const FAILING: &str = "opq.failing";

/// Makes the endpoint accept any token, and lets a failed introspection start the probe that finds out.
async fn detect_that_any_token_is_accepted(test: &IntrospectedServer, token_reply: Reply) {
    let response = Reply::json(200, &test.active_response().to_string());
    test.loopback
        .set(Reply::PerRequest(Arc::new(move |request| {
            if is_about(request, FAILING) {
                Reply::json(500, "{}")
            } else if is_about(request, TOKEN) {
                token_reply.clone()
            } else {
                response.clone()
            }
        })));
    test.advance(5);
    assert!(is_unavailable(rejection(&test.server, FAILING).await));
    wait_until("the probe has failed", || {
        let ready = test.server.ready();
        ready.is_err_and(|error| error.to_string().contains("a random token as active"))
    })
    .await;
}

/// Another failure does not restore trust: only a correct response to a probe does.
#[tokio::test]
async fn endpoint_that_accepted_any_token_needs_a_correct_probe() {
    let test = IntrospectedServer::new().await;
    detect_that_any_token_is_accepted(&test, Reply::Closed).await;
    let response = test.active_response();
    test.loopback.set(Reply::Closed);
    let before = test.loopback.request_count();
    test.advance(5);
    wait_until("another probe has failed", || {
        let _ = test.server.ready();
        test.loopback.request_count() > before
    })
    .await;
    settle().await;
    test.loopback.set(Reply::json(200, &response.to_string()));
    assert!(is_unavailable(test.rejection().await));
    assert_eq!(test.introspections(), 0, "no token is introspected");
    test.respond_with(&response);
    test.advance(5);
    wait_until("the endpoint is trusted again", || {
        test.server.ready().is_ok()
    })
    .await;
    assert_eq!(test.rejection().await, None);
}

#[tokio::test]
async fn endpoint_that_accepts_any_token_clears_the_cache() {
    let test = IntrospectedServer::new().await;
    assert_eq!(test.rejection().await, None);
    detect_that_any_token_is_accepted(&test, Reply::Closed).await;
    assert!(is_unavailable(test.rejection().await));
}

#[tokio::test]
async fn endpoint_that_accepts_any_token_invalidates_requests_in_flight() {
    let test = Arc::new(IntrospectedServer::new().await);
    let (held, released) = Reply::json(200, &test.active_response().to_string()).held();
    test.reply(held.clone());
    let request = {
        let test = Arc::clone(&test);
        tokio::spawn(async move { test.rejection().await })
    };
    wait_until("the endpoint receives the request", || {
        test.introspections() == 1
    })
    .await;
    detect_that_any_token_is_accepted(&test, held).await;
    released.notify_one();
    assert!(is_unavailable(request.await.unwrap()));
    assert_eq!(test.server.token_cache_usage().0, 0);
}

/// A request times out after 5 s; requests with other tokens do not wait for it.
#[tokio::test(start_paused = true)]
async fn silent_endpoint_does_not_delay_other_tokens() {
    let test = Arc::new(IntrospectedServer::new().await);
    assert_eq!(test.rejection().await, None);
    let stuck: &'static str = "opq.stuck";
    test.loopback.set(reply_for(stuck, Reply::Silent));
    let start = tokio::time::Instant::now();
    let waiting = {
        let test = Arc::clone(&test);
        tokio::spawn(async move { rejection(&test.server, stuck).await })
    };
    wait_until("the endpoint receives the request", || {
        test.loopback
            .requests()
            .iter()
            .any(|text| is_about(text, stuck))
    })
    .await;
    assert_eq!(test.rejection().await, None);
    assert_eq!(rejection(&test.server, "opq.third").await, INACTIVE);
    assert!(!waiting.is_finished());
    assert!(is_unavailable(waiting.await.unwrap()));
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test]
async fn requests_in_flight_stay_within_the_limit() {
    let test = Arc::new(IntrospectedServer::with(credentials().max_in_flight(2)).await);
    let (held, released) = Reply::inactive().held();
    test.loopback.set(held);
    let before = test.loopback.request_count();
    let requests: Vec<_> = (0..5)
        .map(|n| {
            let test = Arc::clone(&test);
            tokio::spawn(async move { rejection(&test.server, &format!("opq.{n}")).await })
        })
        .collect();
    wait_until("two requests are in flight", || {
        test.loopback.request_count() == before + 2
    })
    .await;
    settle().await;
    assert_eq!(test.loopback.request_count(), before + 2);
    released.notify_one();
    wait_until("a third request is sent", || {
        test.loopback.request_count() == before + 3
    })
    .await;
    settle().await;
    assert_eq!(test.loopback.request_count(), before + 3);
    test.loopback.set(Reply::inactive());
    for _ in 0..2 {
        released.notify_one();
    }
    for request in requests {
        assert_eq!(request.await.unwrap(), INACTIVE);
    }
}

#[tokio::test]
async fn rejected_credentials_are_reported_by_readiness() {
    let test = IntrospectedServer::new().await;
    assert!(test.server.ready().is_ok());
    test.loopback.set(Reply::json(401, "{}"));
    assert!(is_unavailable(test.rejection().await));
    wait_until("readiness reports it", || test.server.ready().is_err()).await;
    let not_ready = test.server.ready().unwrap_err();
    assert_eq!(
        not_ready.issuers().collect::<Vec<_>>(),
        [test.loopback.url.as_str()]
    );
    assert!(
        not_ready
            .to_string()
            .contains("rejects this API's client ID and secret"),
        "{not_ready}"
    );
    test.loopback.set(Reply::inactive());
    test.advance(5);
    wait_until("the server is ready again", || test.server.ready().is_ok()).await;
}

/// Otherwise a client could take a server out of service with a token that makes the endpoint fail.
#[tokio::test]
async fn failure_for_one_token_does_not_affect_readiness() {
    let test = IntrospectedServer::new().await;
    test.reply(Reply::json(500, "{}"));
    let before = test.probes();
    for _ in 0..20 {
        assert!(is_unavailable(test.rejection().await));
        assert!(test.server.ready().is_ok());
    }
    wait_until("a probe is sent", || test.probes() > before).await;
    settle().await;
    assert!(test.server.ready().is_ok());
    assert_eq!(test.probes(), before + 1, "at most one every 5 s");
}
