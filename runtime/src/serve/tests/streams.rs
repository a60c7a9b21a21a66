//! Tests of server-sent events over real sockets.

use std::convert::Infallible;
use std::future::pending;

use axum::Extension;
use axum::response::sse::{Event, Sse};
use futures_util::{Stream, StreamExt as _, stream};

use super::*;
use crate::Shutdown;

const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// Sends one event, and is endless.
#[secured(authenticated)]
async fn events(
    caller: Caller,
    shutdown: Shutdown,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let first = stream::iter([Ok(Event::default().data("first"))]);
    let events = first.chain(stream::pending());
    Sse::new(shutdown.until_begun(caller.until_expired(events)))
}

async fn api() -> TestApi {
    TestApi::new(SecureRouter::new().route("/", get(events))).await
}

/// Requests the events, and returns the stream after the first one.
async fn subscribe(api: &TestApi, address: SocketAddr) -> TcpStream {
    let token = api.issuer().token("alice").audience(api.audience()).sign();
    let head = format!(
        "GET / HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    while !received.ends_with(b"data: first\n\n\r\n") {
        let read = stream.read_buf(&mut received).await.unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&received));
    }
    stream
}

/// Reads the end of the response, which is complete.
async fn assert_complete(mut stream: TcpStream) {
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "0\r\n\r\n");
}

#[tokio::test]
async fn endless_events_end_at_expiry() {
    let api = api().await;
    let bound = serve(api.api().clone()).bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(pending()));
    let stream = subscribe(&api, address).await;
    api.clock().advance(FIVE_MINUTES);
    assert_complete(stream).await;
    server.abort();
}

#[tokio::test]
async fn endless_events_end_when_a_shutdown_begins() {
    let api = api().await;
    let server = serve(api.api().clone()).grace(Duration::MAX);
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let streams = [
        subscribe(&api, address).await,
        subscribe(&api, address).await,
    ];
    stop.send(()).unwrap();
    for stream in streams {
        assert_complete(stream).await;
    }
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn endless_events_end_under_axum() {
    let api = api().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let (shutdown, signal) = Shutdown::on(async {
        let _ = stopped.await;
    });
    let router = api.router().layer(Extension(shutdown));
    let server = axum::serve(listener, router).with_graceful_shutdown(signal);
    let server = tokio::spawn(server.into_future());
    let expiring = subscribe(&api, address).await;
    api.clock().advance(FIVE_MINUTES);
    assert_complete(expiring).await;
    let open = subscribe(&api, address).await;
    stop.send(()).unwrap();
    assert_complete(open).await;
    server.await.unwrap().unwrap();
}
