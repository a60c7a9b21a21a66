//! Tests of the server over real sockets.

#![expect(clippy::unwrap_used, reason = "test support")]

mod unread;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};

use crate::prelude::*;
use crate::serve::{BoundServer, ServeError, serve};
use crate::testing::{EmbeddedIssuer, TestApi};

mod hosts;
mod limits;
mod proxies;
mod request_ids;
mod streams;
#[cfg(feature = "ws")]
mod tickets;
#[cfg(feature = "tls")]
mod tls;
#[cfg(unix)]
mod unix;
#[cfg(feature = "ws")]
mod upgrades;

/// Holds a request in the handler.
#[derive(Clone, Default)]
struct Gate {
    entered: Arc<Notify>,
    opened: Arc<Notify>,
}

#[public(reason = "a test")]
async fn wait(State(gate): State<Gate>) -> &'static str {
    gate.entered.notify_one();
    gate.opened.notified().await;
    "done"
}

async fn api_with(gate: &Gate) -> crate::Api {
    let routes = SecureRouter::new().route("/", get(wait));
    let api = TestApi::new(routes.with_state(gate.clone())).await;
    api.api().clone()
}

async fn api() -> crate::Api {
    api_with(&Gate::default()).await
}

async fn bind() -> BoundServer {
    serve(api().await).bind("127.0.0.1:0").await.unwrap()
}

/// Sends a request to the gate.
async fn send_request(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: api\r\n\r\n";
    stream.write_all(request).await.unwrap();
    stream
}

#[tokio::test]
async fn bind_to_public_address_returns_not_loopback() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let error = serve(api().await).bind(address).await.err().unwrap();
        assert!(matches!(error, ServeError::NotLoopback { .. }), "{address}");
        assert_eq!(format!("{error:?}"), error.to_string());
    }
    assert!(serve(api().await).bind("localhost:0").await.is_ok());
}

#[tokio::test]
async fn bound_server_has_the_inventory_of_the_server() {
    let server = serve(api().await).probe("/").connection_limit(77);
    let unbound = server.inventory();
    let bound = server.bind("127.0.0.1:0").await.unwrap().inventory();
    assert!(bound.listener().is_some());
    assert_eq!(bound.listener(), unbound.listener());
    assert_eq!(bound.routes().len(), unbound.routes().len());
    assert_eq!(bound.issuers().len(), 1);
}

#[tokio::test]
async fn address_in_use_is_named() {
    let bound = bind().await;
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
    let first = bind().await;
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
    let gate = Gate::default();
    let server = serve(api_with(&gate).await);
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let mut stream = send_request(address).await;
    gate.entered.notified().await;
    stop.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.is_finished());
    gate.opened.notify_one();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(
        response.starts_with("HTTP/1.1 200 ") && response.ends_with("done"),
        "{response}"
    );
    server.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn client_with_incomplete_head_is_disconnected() {
    let server = serve(api().await).head_timeout(Duration::from_secs(7));
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: api\r\nX-Slow: ")
        .await
        .unwrap();
    let mut response = String::new();
    let ended =
        tokio::time::timeout(Duration::from_secs(8), stream.read_to_string(&mut response)).await;
    assert!(ended.is_ok(), "the connection is still open");
    assert!(!response.contains("200 OK"), "{response}");
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn request_that_outlasts_the_grace_period_is_aborted() {
    let gate = Gate::default();
    let server = serve(api_with(&gate).await).grace(Duration::from_secs(7));
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let mut stream = send_request(bound.local_addr()).await;
    let start = tokio::time::Instant::now();
    bound.run_until(gate.entered.notified()).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 7);
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
