//! Tests of the server over real sockets.

#![expect(clippy::unwrap_used, reason = "test support")]

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::prelude::*;
use crate::serve::{BoundServer, ServeError, serve};
use crate::testing::{EmbeddedIssuer, TestApi};

#[public(reason = "a test")]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(200)).await;
    "done"
}

async fn api() -> crate::Api {
    TestApi::new(SecureRouter::new().route("/", get(slow)))
        .await
        .api()
        .clone()
}

async fn bind(head_timeout: Duration) -> BoundServer {
    serve(api().await)
        .head_timeout(head_timeout)
        .bind("127.0.0.1:0")
        .await
        .unwrap()
}

#[tokio::test]
async fn bind_to_public_address_returns_not_loopback() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let result = serve(api().await).bind(address).await;
        assert!(
            matches!(result, Err(ServeError::NotLoopback { .. })),
            "{address}"
        );
    }
    assert!(serve(api().await).bind("localhost:0").await.is_ok());
}

#[tokio::test]
async fn address_in_use_is_named() {
    let bound = bind(Duration::from_secs(10)).await;
    let address = bound.local_addr();
    let error = serve(api().await).bind(address).await.unwrap_err();
    assert!(matches!(error, ServeError::Bind { address: named, .. } if named == address));
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("cannot listen on {address}: ")),
        "{text}"
    );
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn next_address_is_tried_if_the_first_is_in_use() {
    let first = bind(Duration::from_secs(10)).await;
    let addresses = [first.local_addr(), SocketAddr::from(([127, 0, 0, 1], 0))];
    let second = serve(api().await).bind(&addresses[..]).await.unwrap();
    assert_ne!(second.local_addr(), first.local_addr());
}

#[tokio::test]
async fn unknown_name_cannot_be_resolved() {
    let error = serve(api().await).bind("localhost").await.unwrap_err();
    assert!(matches!(error, ServeError::Resolve(_)), "{error}");
    let none: &[SocketAddr] = &[];
    let error = serve(api().await).bind(none).await.unwrap_err();
    assert!(matches!(error, ServeError::Resolve(_)), "{error}");
}

#[tokio::test]
async fn shutdown_finishes_requests_in_flight_and_accepts_no_connection() {
    let bound = bind(Duration::from_secs(10)).await;
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: api\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(
        response.starts_with("HTTP/1.1 200 ") && response.ends_with("done"),
        "{response}"
    );
    server.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn client_with_incomplete_head_is_disconnected() {
    let bound = bind(Duration::from_millis(100)).await;
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: api\r\nX-Slow: ")
        .await
        .unwrap();
    let mut response = String::new();
    let ended = tokio::time::timeout(
        Duration::from_secs(10),
        stream.read_to_string(&mut response),
    )
    .await;
    assert!(ended.is_ok(), "the connection is still open");
    assert!(!response.contains("200 OK"), "{response}");
    server.abort();
}

#[tokio::test]
async fn request_that_outlasts_the_grace_period_is_aborted() {
    let server = serve(api().await).grace(Duration::from_millis(20));
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let mut stream = TcpStream::connect(bound.local_addr()).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: api\r\n\r\n")
        .await
        .unwrap();
    bound
        .run_until(tokio::time::sleep(Duration::from_millis(50)))
        .await
        .unwrap();
    let mut response = String::new();
    let _ = stream.read_to_string(&mut response).await;
    assert_eq!(response, "");
}

#[secured(authenticated)]
async fn whoami(caller: Caller) -> String {
    caller.subject().to_owned()
}

/// hyper reads the head of a request into one buffer, which must hold the longest token.
#[tokio::test]
async fn token_of_64_kib_passes_the_listener() {
    const LIMIT: usize = 64 * 1024;
    let issuer = EmbeddedIssuer::new("https://login.example");
    let server = ResourceServer::builder()
        .trust(issuer.issuer("https://api.test"))
        .token_limit(LIMIT);
    let router = SecureRouter::new().route("/", get(whoami));
    let api = router.protect(server.build().await.unwrap());
    let bound = serve(api).bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(std::future::pending()));
    for (padding, status) in [(48_500, "200"), (50_000, "401")] {
        let token = issuer.token("alice").audience("https://api.test");
        let token = token.claim("x", "x".repeat(padding)).sign();
        assert_eq!(token.len() <= LIMIT, status == "200", "{}", token.len());
        let head = format!(
            "GET / HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response}"
        );
    }
    server.abort();
}
