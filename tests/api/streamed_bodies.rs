//! Bodies in chunks: media types, limits, and the ends of a stream.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use http_body::Frame;
use http_body_util::BodyExt;
use palisade::input::{InputError, InputLocation, MediaTypes, StreamedBody};
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tower::ServiceExt;

struct Video;

impl MediaTypes for Video {
    const ACCEPTED: &'static [&'static str] = &["video/mp4", "video/webm"];
}

type Stream = Valid<StreamedBody<Video>>;

async fn size(video: &mut StreamedBody<Video>) -> Result<String, InputError> {
    let mut size = 0;
    while let Some(chunk) = video.next_chunk().await? {
        size += chunk.len();
    }
    Ok(format!("{size} bytes of {}", video.media_type()))
}

#[secured(scopes = "videos:write", body_limit = "100 B", body_timeout = "10 s")]
async fn upload(Valid(mut video): Stream) -> Result<String, InputError> {
    size(&mut video).await
}

/// Its error is a problem, as that of a handler with other errors.
#[public(reason = "a test", body_limit = "100 B", body_timeout = "10 s")]
async fn publish(Valid(mut video): Stream) -> Result<String, Problem> {
    Ok(size(&mut video).await?)
}

/// Larger than memory, and longer than any other body.
#[public(
    reason = "a test",
    body_limit = "20 GiB",
    body_timeout = "6 h",
    body_idle_timeout = "20 s"
)]
async fn archive(video: Option<Stream>) -> Result<String, Problem> {
    match video {
        Some(Valid(mut video)) => Ok(size(&mut video).await?),
        None => Ok("none".to_owned()),
    }
}

#[public(reason = "a test", body_limit = "100 B")]
async fn optional(video: Option<Stream>) -> Result<String, InputError> {
    match video {
        Some(Valid(mut video)) => size(&mut video).await,
        None => Ok("none".to_owned()),
    }
}

#[public(reason = "a test", body_limit = "100 B")]
async fn first_chunk(Valid(mut video): Stream) -> Result<String, InputError> {
    let chunk = video.next_chunk().await?.unwrap_or_default();
    Ok(chunk.len().to_string())
}

/// Sends the stream on as a body.
#[public(reason = "a test", body_limit = "100 B")]
async fn forward(Valid(video): Stream) -> Result<String, StatusCode> {
    let sent = Body::new(video).collect().await;
    let sent = sent.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(sent.to_bytes().len().to_string())
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/upload", post(upload))
        .route("/publish", post(publish).put(publish).patch(publish))
        .route("/optional", post(optional))
        .route("/archive", post(archive))
        .route("/first", post(first_chunk))
        .route("/forward", post(forward))
}

/// A body of chunks, each after a delay; counts the chunks that are read.
struct Chunks {
    left: usize,
    chunk: Bytes,
    delay: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    read: Arc<AtomicUsize>,
}

impl Chunks {
    fn new(left: usize, size: usize, delay: Duration) -> Self {
        Self {
            left,
            chunk: vec![7; size].into(),
            delay,
            timer: None,
            read: Arc::default(),
        }
    }
}

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if !self.delay.is_zero() {
            let delay = self.delay;
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(delay)));
            ready!(timer.as_mut().poll(context));
            self.timer = None;
        }
        self.left -= 1;
        self.read.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(self.chunk.clone()))))
    }
}

/// Sends a body in chunks; returns the status, `Connection` and the text.
async fn send(api: &TestApi, path: &str, token: &str, body: Chunks) -> (u16, bool, String) {
    let mut request = Request::post(path).header("content-type", "video/mp4");
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::new(body)).unwrap();
    let response = api.router().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let text = body.collect().await.unwrap().to_bytes().to_vec();
    let closes = head
        .headers
        .get("connection")
        .is_some_and(|value| value == "close");
    (
        head.status.as_u16(),
        closes,
        String::from_utf8(text).unwrap(),
    )
}

const NOW: Duration = Duration::ZERO;

#[tokio::test]
async fn stream_of_other_media_type_returns_415_with_the_accepted_list() {
    let api = TestApi::new(routes()).await;
    let list = "video/mp4, video/webm";
    for label in [
        "image/png",
        "video/*",
        "video/mp4; codecs=avc1",
        "",
        "application/json",
    ] {
        for path in ["/publish", "/optional", "/first"] {
            let response = api.anonymous().post(path).body("abc", label).send().await;
            assert_eq!(response.status(), 415, "{path} {label}");
            assert_eq!(response.header("accept"), Some(list), "{path} {label}");
            assert_eq!(response.header("accept-post"), Some(list), "{path} {label}");
        }
    }
    let unlabeled = api.anonymous().patch("/publish").send().await;
    assert_eq!(unlabeled.status(), 415);
    assert_eq!(unlabeled.header("accept-patch"), Some(list));
    let request = api.anonymous().post("/publish").body("abc", "video/mp4");
    let coded = request.header("content-encoding", "gzip").send().await;
    assert_eq!(
        (coded.status().as_u16(), coded.header("accept-encoding")),
        (415, Some("identity"))
    );
    for label in ["video/mp4", "VIDEO/MP4;", "video/mp4; charset=utf-8"] {
        let request = api.anonymous().post("/publish").body("abc", label);
        assert_eq!(request.send().await.text(), "3 bytes of video/mp4");
    }
    let request = api.anonymous().put("/publish").body("abc", "video/webm");
    assert_eq!(request.send().await.text(), "3 bytes of video/webm");
}

#[tokio::test]
async fn stream_over_body_limit_returns_413() {
    let api = TestApi::new(routes()).await;
    let token = api.caller("alice").scopes("videos:write").token();
    for path in ["/upload", "/publish"] {
        let (status, _, text) = send(&api, path, &token, Chunks::new(10, 10, NOW)).await;
        assert_eq!((status, &*text), (200, "100 bytes of video/mp4"), "{path}");
        for (count, size) in [(11, 10), (101, 1), (1, 101)] {
            let (status, _, text) = send(&api, path, &token, Chunks::new(count, size, NOW)).await;
            assert_eq!(status, 413, "{path}");
            let problem: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(problem["detail"], "the body is larger than 100 bytes");
        }
    }
    // a handler that stops early has an answer, whatever would follow
    let (status, _, text) = send(&api, "/first", "", Chunks::new(11, 10, NOW)).await;
    assert_eq!((status, &*text), (200, "10"));
}

#[tokio::test]
async fn content_length_over_limit_returns_413_before_the_handler_runs() {
    let api = TestApi::new(routes()).await;
    for (length, status) in [("100", 200), ("101", 413), ("99999999999", 413)] {
        let body = Chunks::new(2, 10, NOW);
        let read = Arc::clone(&body.read);
        let request = Request::post("/first")
            .header("content-type", "video/mp4")
            .header("content-length", length);
        let request = request.body(Body::new(body)).unwrap();
        let response = api.router().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{length}");
        assert_eq!(read.load(Ordering::Relaxed), usize::from(status == 200));
    }
}

#[tokio::test]
async fn refused_request_leaves_its_stream_unread() {
    let api = TestApi::new(routes()).await;
    let other = api.caller("alice").scopes("orders:read").token();
    for (token, expected) in [("", 401), (&*other, 403)] {
        let body = Chunks::new(10, 10, NOW);
        let read = Arc::clone(&body.read);
        let (status, ..) = send(&api, "/upload", token, body).await;
        assert_eq!((status, read.load(Ordering::Relaxed)), (expected, 0));
    }
}

/// A chunk per second would never exceed a timeout per chunk (Slowloris).
#[tokio::test(start_paused = true)]
async fn slow_stream_returns_408_and_closes_the_connection() {
    let api = TestApi::new(routes()).await;
    let token = api.caller("alice").scopes("videos:write").token();
    for path in ["/upload", "/publish"] {
        for (count, delay, expected) in [
            (9, 1_000, 200),
            (11, 1_000, 408),
            (1, 9_999, 200),
            (1, 10_001, 408),
        ] {
            let body = Chunks::new(count, 1, Duration::from_millis(delay));
            let (status, closes, text) = send(&api, path, &token, body).await;
            assert_eq!(
                (status, closes),
                (expected, expected == 408),
                "{path} {text}"
            );
        }
    }
}

/// A client that sends a byte each 29 s is cut off by one limit or the other.
#[tokio::test(start_paused = true)]
async fn stream_with_one_byte_per_29_seconds_is_cut_off() {
    let api = TestApi::new(routes()).await;
    let token = api.caller("alice").scopes("videos:write").token();
    for (path, delay, expected) in [
        ("/archive", 29_000, "the body stalled for 20s"),
        ("/archive", 20_001, "the body stalled for 20s"),
        ("/archive", 19_999, "the body took longer than 21600s"),
        ("/upload", 29_000, "the body took longer than 10s"),
        ("/publish", 9_999, "the body took longer than 10s"),
    ] {
        let body = Chunks::new(usize::MAX, 1, Duration::from_millis(delay));
        let (status, closes, text) = send(&api, path, &token, body).await;
        assert_eq!((status, closes), (408, true), "{path} {delay}");
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["detail"], expected, "{path} {delay}");
        assert!(problem["type"].as_str().unwrap().ends_with("#body-timeout"));
    }
    let slow = Chunks::new(50, 1, Duration::from_millis(19_999));
    let (status, _, text) = send(&api, "/archive", "", slow).await;
    assert_eq!((status, &*text), (200, "50 bytes of video/mp4"));
}

#[tokio::test]
async fn content_length_over_one_gib_is_accepted_for_a_stream_that_declares_it() {
    let api = TestApi::new(routes()).await;
    for (length, status) in [("21474836480", 200), ("21474836481", 413)] {
        let request = Request::post("/archive")
            .header("content-type", "video/mp4")
            .header("content-length", length);
        let request = request.body(Body::new(Chunks::new(1, 10, NOW))).unwrap();
        let response = api.router().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{length}");
    }
}

#[tokio::test]
async fn empty_stream_is_absent_if_it_is_optional() {
    let api = TestApi::new(routes()).await;
    for (body, label, expected) in [
        ("", "video/mp4", "none"),
        ("", "text/plain", "none"),
        ("abc", "video/mp4", "3 bytes of video/mp4"),
    ] {
        let request = api.anonymous().post("/optional").body(body, label);
        assert_eq!(request.send().await.text(), expected, "{label}");
    }
    assert_eq!(
        api.anonymous().post("/optional").send().await.text(),
        "none"
    );
    let empty = api.anonymous().post("/publish").body("", "video/mp4");
    assert_eq!(empty.send().await.text(), "0 bytes of video/mp4");
    let (status, ..) = send(&api, "/optional", "", Chunks::new(11, 10, NOW)).await;
    assert_eq!(status, 413);
    let (status, _, text) = send(&api, "/optional", "", Chunks::new(10, 10, NOW)).await;
    assert_eq!((status, &*text), (200, "100 bytes of video/mp4"));
}

#[tokio::test]
async fn stream_that_is_sent_on_keeps_its_limit() {
    let api = TestApi::new(routes()).await;
    for (count, expected) in [(10, (200, "100")), (11, (502, ""))] {
        let (status, _, text) = send(&api, "/forward", "", Chunks::new(count, 10, NOW)).await;
        assert_eq!(status, expected.0);
        assert!(text.starts_with(expected.1), "{text}");
    }
}

/// The client promises more than it sends: the handler never sees a complete body.
#[tokio::test]
async fn truncated_stream_returns_400_over_a_socket() {
    let api = TestApi::new(routes()).await.api().clone();
    let bound = palisade::serve(api).bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(std::future::pending()));
    for (framing, body, expected) in [
        ("content-length: 5", "abcde", "HTTP/1.1 200 "),
        ("content-length: 5", "abcdefgh", "HTTP/1.1 200 "), // the rest is not its body
        ("content-length: 50", "abcde", "HTTP/1.1 400 "),
        (
            "transfer-encoding: chunked",
            "3\r\nabc\r\n0\r\n\r\n",
            "HTTP/1.1 200 ",
        ),
        (
            "transfer-encoding: chunked",
            "3\r\nabc\r\n",
            "HTTP/1.1 400 ",
        ),
        (
            "transfer-encoding: chunked",
            "3\r\nabc\r\nxyz\r\n",
            "HTTP/1.1 400 ",
        ),
    ] {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /publish HTTP/1.1\r\nhost: api\r\ncontent-type: video/mp4\r\n{framing}\r\nconnection: close\r\n\r\n{body}"
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.shutdown().await.unwrap();
        let mut response = String::new();
        socket.read_to_string(&mut response).await.unwrap();
        assert!(response.starts_with(expected), "{framing}: {response}");
    }
    server.abort();
}

/// The handler is a function, and its test needs no request.
#[tokio::test]
async fn handler_with_a_stream_runs_in_a_unit_test() {
    let video = |limit| StreamedBody::new("video/mp4", "abcde", limit).unwrap();
    let answer = publish().unguarded(Valid(video(5))).await;
    assert_eq!(answer.unwrap(), "5 bytes of video/mp4");
    let problem = publish().unguarded(Valid(video(4))).await.unwrap_err();
    assert_eq!(problem.status(), 413);
}

#[test]
fn inventory_has_media_types_and_limits_of_a_stream() {
    let routes = routes();
    let inventory = routes.inventory();
    let mut found = inventory.routes().iter();
    let route = found.find(|route| route.path() == "/upload").unwrap();
    assert_eq!(route.limits().body_limit, 100);
    assert_eq!(route.limits().body_timeout, Duration::from_secs(10));
    assert_eq!(route.limits().body_idle_timeout, Duration::from_secs(30));
    assert_eq!(route.exceptions().count(), 0);
    let inputs: Vec<_> = route.inputs().collect();
    let [input] = inputs.as_slice() else {
        panic!("{inputs:?}")
    };
    assert_eq!(input.location(), InputLocation::Body);
    assert_eq!(input.media_types(), ["video/mp4", "video/webm"]);
    assert!(!input.is_optional());
    let mut found = inventory.routes().iter();
    let route = found.find(|route| route.path() == "/optional").unwrap();
    assert!(route.inputs().all(|input| input.is_optional()));
    let mut found = inventory.routes().iter();
    let route = found.find(|route| route.path() == "/archive").unwrap();
    assert_eq!(
        route.limits().to_string(),
        "body_limit = \"20 GiB\", body_timeout = \"6 h\", body_idle_timeout = \"20 s\""
    );
}
