//! The response of an API under test, whose body is read as it arrives.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;

use crate::testing::event::{Events, TestEvent};
use crate::testing::{TestResponse, or_panic};

/// A response whose body is read as it arrives, by chunk or by server-sent event.
///
/// [`TestRequest::stream`](crate::testing::TestRequest::stream) returns it. Dropping it drops the body, as a
/// server does when the client closes the connection.
#[derive(Debug)]
pub struct TestStream {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    events: Events,
}

impl TestStream {
    pub(super) fn new(status: StatusCode, headers: HeaderMap, body: Body) -> Self {
        Self {
            status,
            headers,
            body,
            events: Events::default(),
        }
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns all header fields.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the first value of a header field, if it is present and visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Waits for the next chunk, as the handler sends it; `None` is the end of the body.
    ///
    /// # Panics
    ///
    /// Panics if the body ends with an error; see [`try_chunk`](Self::try_chunk).
    pub async fn chunk(&mut self) -> Option<Bytes> {
        let chunk = self.try_chunk().await;
        chunk.map(|chunk| or_panic(chunk, "the response body ends with an error"))
    }

    /// Waits for the next chunk, or for the error with which the body ends.
    ///
    /// A client of a server sees such a response as incomplete.
    pub async fn try_chunk(&mut self) -> Option<Result<Bytes, axum::Error>> {
        loop {
            match self.body.frame().await?.map(http_body::Frame::into_data) {
                Ok(Ok(data)) => return Some(Ok(data)),
                // trailers
                Ok(Err(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Waits for the next server-sent event ([HTML §9.2]); `None` is the end of the body.
    ///
    /// Comments are skipped, and with them axum's keep-alive messages. An event that the end of the body cuts off
    /// is dropped, as in a browser. Use either this method or [`chunk`](Self::chunk): a chunk that is already read
    /// is in no event.
    ///
    /// # Panics
    ///
    /// Panics if the response is not `text/event-stream`, or if the body ends with an error.
    ///
    /// [HTML §9.2]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
    pub async fn event(&mut self) -> Option<TestEvent> {
        let media_type = self.header("content-type").unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        assert!(
            essence.eq_ignore_ascii_case("text/event-stream"),
            "the response is not an event stream: status {}, media type `{media_type}`",
            self.status
        );
        loop {
            if let Some(event) = self.events.next() {
                return Some(event);
            }
            let chunk = self.chunk().await?;
            self.events.push(&chunk);
        }
    }

    /// Reads the rest of the body.
    ///
    /// # Panics
    ///
    /// Panics if the body ends with an error.
    pub async fn collect(self) -> TestResponse {
        let body = or_panic(self.body.collect().await, "cannot read the response body");
        TestResponse::new(self.status, self.headers, body.to_bytes())
    }
}

#[cfg(test)]
mod tests;
