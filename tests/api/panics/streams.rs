//! Panics over sockets, and in the body of a response.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use http_body::Frame;
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade_tests::Log;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{AUDIT, CANARY, crash, routes};

/// A body that panics after its first frame, and again when it is dropped.
struct Stream {
    polls: u8,
}

impl http_body::Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.polls += 1;
        match self.polls {
            1 => Poll::Ready(Some(Ok(Frame::data("first".into())))),
            2 => {
                context.waker().wake_by_ref(); // the server sends what it has
                Poll::Pending
            }
            3 => crash(),
            _ => panic!("polled after a panic"),
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.polls == 3 {
            crash();
        }
    }
}

#[secured(authenticated)]
async fn stream() -> Response {
    Response::new(Body::new(Stream { polls: 0 }))
}

#[tokio::test]
async fn panic_of_a_response_body_is_an_error_of_the_body() {
    let (log, _capturing) = Log::capture();
    let api = TestApi::new(SecureRouter::new().route("/", get(stream))).await;
    let token = api.caller("alice").token();
    let request = Request::get("/").header("authorization", format!("Bearer {token}"));
    let request = request.body(Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(api.router(), request).await;
    let mut body = response.unwrap().into_body();
    let mut next = async || http_body_util::BodyExt::frame(&mut body).await;
    assert_eq!(next().await.unwrap().unwrap().into_data().unwrap(), "first");
    let error = next().await.unwrap().unwrap_err();
    assert!(!error.to_string().contains(CANARY), "{error}");
    assert!(next().await.is_none());
    let events = log.take(AUDIT);
    assert_eq!(events[1]["fields"]["origin"], "response_body");
    assert_eq!(events[1]["fields"]["handler"], "stream");
}

/// Serves the API on a socket.
async fn serve(routes: SecureRouter) -> (TestApi, SocketAddr) {
    let api = TestApi::new(routes).await;
    let bound = palisade::serve(api.api().clone());
    let bound = bound.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    tokio::spawn(bound.run_until(std::future::pending()));
    (api, address)
}

#[tokio::test]
async fn connection_survives_a_panic_of_a_handler() {
    let (api, address) = serve(routes()).await;
    let token = api.caller("alice").token();
    let mut connection = TcpStream::connect(address).await.unwrap();
    for (path, end) in [
        ("/at-once", "\"type\":\"about:blank\"}"),
        ("/works", "alice"),
        ("/after-an-await", "\"type\":\"about:blank\"}"),
        ("/works", "alice"),
    ] {
        let head =
            format!("GET {path} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        let mut response = String::new();
        while !response.ends_with(end) {
            let mut bytes = [0; 1024];
            let reading = connection.read(&mut bytes);
            let read = tokio::time::timeout(Duration::from_secs(10), reading).await;
            let read = read.expect("a response in time").unwrap();
            assert!(read > 0, "{path}: the connection closed after {response}");
            response.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
        assert!(!response.contains(CANARY), "{response}");
    }
}

#[tokio::test]
async fn panic_of_a_response_body_ends_only_its_connection() {
    let (api, address) = serve(routes().route("/stream", get(stream))).await;
    let token = Arc::new(api.caller("alice").token());
    let request = async |path: &str| {
        let mut connection = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: api\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        let mut response = String::new();
        let _ = connection.read_to_string(&mut response).await;
        response
    };
    for _ in 0..3 {
        let response = request("/stream").await;
        assert!(response.contains("200 OK"), "{response}");
        assert!(!response.contains(CANARY), "{response}");
        // no last chunk: the client sees that the response is incomplete
        assert!(response.ends_with("first\r\n"), "{response}");
        assert!(request("/works").await.ends_with("alice"));
    }
}
