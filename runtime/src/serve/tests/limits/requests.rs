//! The number of requests in flight, and the size and time of a request.

use super::*;

#[tokio::test]
async fn request_over_the_limit_returns_503_with_retry_after() {
    let server = start(|server| server.request_limit(2)).await;
    let _first = server.send("/wait").await;
    server.gate.entered.notified().await;
    let _second = server.send("/wait").await;
    server.gate.entered.notified().await;
    for path in ["/", "/secret", "/unknown"] {
        let response = server.get(path).await;
        assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
        assert!(response.contains("retry-after: 1\r\n"), "{response}");
        assert!(response.contains("cache-control: no-store"), "{response}");
        assert!(response.contains(ProblemType::OVERLOADED.uri()));
        assert!(response.contains(r#""mapped":true"#), "{response}");
    }
    server.gate.opened.notify_one();
    while !is_ok(&server.get("/").await) {}
}

/// A request counts until its response body ends or is dropped, however that happens.
#[tokio::test(start_paused = true)]
async fn request_counts_until_its_response_has_ended() {
    let server = start(|server| server.request_limit(1)).await;
    let streaming = server.send("/stream").await;
    server.gate.entered.notified().await;
    assert!(server.get("/").await.starts_with("HTTP/1.1 503 "));
    drop(streaming);
    while !is_ok(&server.get("/").await) {
        tokio::task::yield_now().await;
    }
    let canceled = server.send("/wait").await;
    server.gate.entered.notified().await;
    assert!(server.get("/").await.starts_with("HTTP/1.1 503 "));
    drop(canceled);
    while !is_ok(&server.get("/").await) {
        tokio::task::yield_now().await;
    }
    for (path, status) in [
        ("/panic", "500"),
        ("/stuck", "503"),
        ("/large", "200"),
        ("/unknown", "404"),
        ("/secret", "401"),
    ] {
        for _ in 0..3 {
            let response = server.get(path).await;
            let expected = format!("HTTP/1.1 {status} ");
            assert!(response.starts_with(&expected), "{path}: {response}");
            assert!(!response.contains(ProblemType::OVERLOADED.uri()));
        }
    }
    let mut head = server.connect().await;
    let request = "HEAD /large HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";
    head.write_all(request.as_bytes()).await.unwrap();
    assert!(is_ok(&rest(&mut head).await));
    assert!(is_ok(&server.get("/").await));
}

#[tokio::test]
async fn probe_is_served_beyond_the_limit_of_requests() {
    let server = start(|server| server.request_limit(1).probe("/")).await;
    let _first = server.send("/wait").await;
    server.gate.entered.notified().await;
    assert!(is_ok(&server.get("/").await));
    assert!(is_ok(&server.get("/?now").await));
    for path in ["/large", "//", "/wait"] {
        let response = server.get(path).await;
        assert!(response.starts_with("HTTP/1.1 503 "), "{path}: {response}");
    }
}

#[tokio::test]
async fn probe_of_a_path_that_is_not_public_is_an_error() {
    let gate = Gate::default();
    let routes = SecureRouter::new()
        .route("/secret", get(secret))
        .route("/form", post(wait))
        .route("/{id}", get(wait));
    let api = TestApi::new(routes.with_state(gate)).await.api().clone();
    for path in ["/secret", "/form", "/1", "", "/healt"] {
        let server = serve(api.clone()).probe(path);
        let error = server.bind("127.0.0.1:0").await.unwrap_err();
        assert!(matches!(&error, ServeError::Probe { path: named } if named == path));
        assert!(error.to_string().contains(&format!("`{path}`")), "{error}");
    }
}

/// A layer outside the guard, which no declaration limits.
#[tokio::test(start_paused = true)]
async fn request_that_hangs_in_a_layer_returns_503() {
    let server = start(|server| server).await;
    let mut stream = server.connect().await;
    let head = "GET /hang HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let (response, elapsed) = close_of(&mut stream).await;
    assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
    assert!(response.contains(ProblemType::HANDLER_TIMEOUT.uri()));
    assert_eq!(elapsed, 90);
}

/// One byte below the limit, at the limit, and one above.
#[tokio::test]
async fn uri_over_the_limit_returns_414() {
    let server = start(|server| server.uri_limit(100)).await;
    for (length, status) in [(99, "200"), (100, "200"), (101, "414"), (10_000, "414")] {
        let path = format!("/?{}", "a".repeat(length - 2));
        let response = server.get(&path).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(response.starts_with(&expected), "{length}: {response}");
        let is_problem = response.contains(ProblemType::URI_TOO_LONG.uri());
        assert_eq!(is_problem, status == "414", "{response}");
    }
}

#[tokio::test]
async fn head_of_10_mb_is_refused() {
    let server = start(|server| server).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let field = format!("X-Large: {}\r\n", "a".repeat(100_000));
    let mut sent = 0;
    while sent < 10_000_000 && stream.write_all(field.as_bytes()).await.is_ok() {
        sent += field.len();
    }
    let response = rest(&mut stream).await;
    assert!(
        response.is_empty() || response.starts_with("HTTP/1.1 431 "),
        "{response}"
    );
    assert!(is_ok(&server.get("/").await));
}
