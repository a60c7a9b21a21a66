//! Tests of responses that are read as they arrive.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::Semaphore;

use crate::prelude::*;
use crate::testing::{TestApi, TestStream};

/// Counts the streams that have been dropped.
#[derive(Clone)]
struct Drops(Arc<Semaphore>);

impl Drop for Drops {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

/// Numbers, one at each poll, without end.
#[secured(scopes = "orders:read")]
async fn numbers(
    caller: Caller,
    State(drops): State<Arc<Semaphore>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let dropped = Drops(drops);
    let numbers = stream::iter(1_u64..).map(move |number| {
        let _ = &dropped;
        let number = number.to_string();
        Ok(Event::default().event("number").id(&number).data(number))
    });
    Sse::new(caller.until_expired(numbers))
}

/// One event, and then keep-alive comments.
#[secured(authenticated)]
async fn idle(caller: Caller) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let first = stream::iter([Ok(Event::default().data(r#"{"sku":"tea"}"#))]);
    let events = caller.until_expired(first.chain(stream::pending()));
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(1)))
}

#[public(reason = "a test")]
async fn three_chunks() -> Response {
    let chunks = ["one", "", "three"].map(|chunk| Ok::<_, Infallible>(Bytes::from(chunk)));
    Response::new(Body::from_stream(stream::iter(chunks)))
}

#[public(reason = "a test")]
async fn fails_midway() -> Response {
    let chunks = [Ok(Bytes::from("first")), Err("the database is gone")];
    Response::new(Body::from_stream(stream::iter(chunks)))
}

#[public(reason = "a test")]
async fn bytes_as_events() -> ([(&'static str, &'static str); 1], Body) {
    let chunks = ["data: a\r", "\ndata: b\n", "\n: comment\n\ndata: cut off\n"];
    let chunks = stream::iter(chunks.map(|chunk| Ok::<_, Infallible>(Bytes::from(chunk))));
    let media_type = [("content-type", "Text/Event-Stream; charset=utf-8")];
    (media_type, Body::from_stream(chunks))
}

async fn api() -> (TestApi, Arc<Semaphore>) {
    let drops = Arc::new(Semaphore::new(0));
    let routes = SecureRouter::new()
        .route("/numbers", get(numbers))
        .route("/idle", get(idle))
        .route("/chunks", get(three_chunks))
        .route("/fails", get(fails_midway))
        .route("/bytes", get(bytes_as_events))
        .with_state(Arc::clone(&drops));
    (TestApi::new(routes).await, drops)
}

async fn open(api: &TestApi, path: &str) -> TestStream {
    let request = api.caller("alice").scopes("orders:read").get(path);
    request.stream().await
}

#[tokio::test]
async fn first_event_of_an_endless_stream_is_read_and_the_rest_dropped() {
    let (api, drops) = api().await;
    let mut stream = open(&api, "/numbers").await;
    assert_eq!(stream.status(), StatusCode::OK);
    assert_eq!(stream.header("cache-control"), Some("no-store"));
    for number in ["1", "2", "3"] {
        let event = stream.event().await.unwrap();
        assert_eq!(
            (event.name(), event.data(), event.id()),
            ("number", number, number)
        );
    }
    assert_eq!(drops.available_permits(), 0);
    drop(stream);
    assert_eq!(drops.available_permits(), 1);
}

#[tokio::test]
async fn stream_ends_with_the_token() {
    let (api, drops) = api().await;
    let mut stream = open(&api, "/numbers").await;
    assert!(stream.event().await.is_some());
    api.clock().advance(Duration::from_mins(6));
    // an event that was ready before
    while stream.event().await.is_some() {}
    assert_eq!(drops.available_permits(), 1);
}

#[tokio::test(start_paused = true)]
async fn keep_alive_comments_are_no_events() {
    let (api, _) = api().await;
    let mut stream = open(&api, "/idle").await;
    let event = stream.event().await.unwrap();
    assert_eq!(event.name(), "message");
    assert_eq!(event.json::<serde_json::Value>()["sku"], "tea");
    let next = tokio::time::timeout(Duration::from_secs(10), stream.event()).await;
    assert!(next.is_err(), "comments are skipped");
    // but chunks
    assert_eq!(stream.chunk().await.as_deref(), Some(&b":\n\n"[..]));
}

#[tokio::test]
async fn refused_request_has_a_response_to_collect() {
    let (api, _) = api().await;
    let stream = api.anonymous().get("/numbers").stream().await;
    assert_eq!(stream.status(), StatusCode::UNAUTHORIZED);
    assert!(stream.headers().contains_key("www-authenticate"));
    let response = stream.collect().await;
    assert_eq!(response.json::<serde_json::Value>()["status"], 401);
}

#[tokio::test]
#[should_panic(
    expected = "not an event stream: status 403 Forbidden, media type `application/problem+json`"
)]
async fn event_of_a_refusal_panics_with_its_status() {
    let (api, _) = api().await;
    let mut stream = api.caller("alice").get("/numbers").stream().await;
    stream.event().await;
}

#[tokio::test]
async fn chunks_arrive_as_sent() {
    let (api, _) = api().await;
    let mut stream = open(&api, "/chunks").await;
    let mut chunks = Vec::new();
    while let Some(chunk) = stream.chunk().await {
        chunks.push(chunk);
    }
    assert_eq!(chunks, ["one", "", "three"]);
    assert!(stream.chunk().await.is_none());
    // the rest
    let mut stream = open(&api, "/chunks").await;
    stream.chunk().await;
    assert_eq!(stream.collect().await.text(), "three");
}

#[tokio::test]
async fn error_of_a_body_is_visible() {
    let (api, _) = api().await;
    let mut stream = open(&api, "/fails").await;
    assert_eq!(stream.try_chunk().await.unwrap().unwrap(), "first");
    assert!(stream.try_chunk().await.unwrap().is_err());
}

#[tokio::test]
#[should_panic(expected = "the response body ends with an error: the database is gone")]
async fn chunk_panics_with_the_error_of_the_body() {
    let (api, _) = api().await;
    let mut stream = open(&api, "/fails").await;
    while stream.chunk().await.is_some() {}
}

#[tokio::test]
async fn event_may_be_split_between_chunks() {
    let (api, _) = api().await;
    let mut stream = open(&api, "/bytes").await;
    assert_eq!(stream.event().await.unwrap().data(), "a\nb");
    assert_eq!(stream.event().await, None);
}

#[tokio::test]
async fn head_request_has_no_body() {
    let (api, drops) = api().await;
    let request = api.caller("alice").scopes("orders:read");
    let mut stream = request.request("HEAD", "/numbers").stream().await;
    assert_eq!(stream.status(), StatusCode::OK);
    assert!(stream.chunk().await.is_none());
    assert_eq!(drops.available_permits(), 1);
}
