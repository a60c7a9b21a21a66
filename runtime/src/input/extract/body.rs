//! Reads the bytes of a body, up to the limit.
//!
//! The functions check the head before they return a future, which then contains no more than the body. An `async fn` would
//! store the request, and again each time it is passed on.

use std::error::Error;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{Extensions, HeaderMap};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::input::contract::InputError;
use crate::input::decode::media_type;
use crate::input::extract::timed_body::{BodyTimeout, find_source};
use crate::policy::Limits;

/// The limits of the handler that a request was routed to, in the request's extensions.
///
/// Other crates cannot name this type, so no layer can raise the limits.
#[derive(Clone, Copy)]
pub(crate) struct RequestLimits(pub(crate) Limits);

/// Returns the limits of the handler, or the defaults if they are not declared otherwise.
pub(super) fn limits(extensions: &Extensions) -> Limits {
    match extensions.get() {
        Some(RequestLimits(limits)) => *limits,
        None => Limits::DEFAULT,
    }
}

/// Reads a body of one of the media types `accepted`.
pub(super) fn read(
    request: Request,
    accepted: &'static [&'static str],
) -> impl Future<Output = Result<Bytes, InputError>> + Send {
    let accepted = media_type::require(request.headers(), accepted);
    let collecting = collect(request);
    async move {
        accepted?;
        collecting.await
    }
}

/// Reads a body of one of the media types `accepted`, unless it is empty.
pub(super) fn read_optional(
    request: Request,
    accepted: &'static [&'static str],
) -> impl Future<Output = Result<Option<Bytes>, InputError>> + Send {
    let reading = match media_type::require(request.headers(), accepted) {
        Ok(()) => Ok(collect_optional(request)),
        Err(error) => Err(require_empty(request, error)),
    };
    async move {
        match reading {
            Ok(collecting) => collecting.await,
            Err(emptiness) => emptiness.await.map(|()| None),
        }
    }
}

/// Reads a body of any media type, unless it is empty.
///
/// The header of a request may describe a body that it does not have: clients label each request.
pub(super) fn collect_optional(
    request: Request,
) -> impl Future<Output = Result<Option<Bytes>, InputError>> + Send {
    let collecting = collect(request);
    async move {
        let body = collecting.await?;
        Ok(Some(body).filter(|body| !body.is_empty()))
    }
}

/// Requires an empty body, because of this error about its header; reads no further than to its first
/// byte.
pub(super) fn require_empty(
    request: Request,
    error: InputError,
) -> impl Future<Output = Result<(), InputError>> + Send {
    let limit = limits(request.extensions()).body_limit;
    let mut body = request.into_body();
    async move {
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| read_error(&error, limit))?;
            if frame.data_ref().is_some_and(|data| !data.is_empty()) {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Reads a body of any media type.
pub(super) fn collect(request: Request) -> impl Future<Output = Result<Bytes, InputError>> + Send {
    let limit = limits(request.extensions()).body_limit;
    let declared = require_declared_length(request.headers(), limit);
    let mut body = Limited::new(request.into_body(), limit);
    async move {
        declared?;
        let mut collected = Collected::default();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| read_error(&*error, limit))?;
            if let Ok(data) = frame.into_data() {
                collected.push(data, limit);
            }
        }
        Ok(collected.into_bytes())
    }
}

/// The data of a body so far.
///
/// Only a single chunk is kept as it is. A client chooses the size of its chunks, and a chunk of one
/// byte would take fifty times its size.
#[derive(Default)]
struct Collected {
    first: Bytes,
    /// Every chunk, once there are two.
    joined: Vec<u8>,
}

impl Collected {
    /// Appends a chunk to a body of at most `limit` bytes.
    fn push(&mut self, chunk: Bytes, limit: usize) {
        if chunk.is_empty() {
            return;
        }
        if self.first.is_empty() && self.joined.is_empty() {
            self.first = chunk;
            return;
        }
        let first = std::mem::take(&mut self.first);
        for data in [first, chunk] {
            let len = self.joined.len() + data.len();
            if len > self.joined.capacity() {
                // at most the limit, where `Vec` may reserve twice as much
                let capacity = (self.joined.capacity() * 2).min(limit).max(len);
                self.joined.reserve_exact(capacity - self.joined.len());
            }
            self.joined.extend_from_slice(&data);
        }
    }

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() {
            self.first
        } else {
            self.joined.into()
        }
    }
}

/// Rejects a body whose `Content-Length` exceeds the limit, before a byte is read.
pub(super) fn require_declared_length(headers: &HeaderMap, limit: usize) -> Result<(), InputError> {
    let declares_more = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok())
        .is_some_and(|length| u64::try_from(limit).is_ok_and(|limit| length > limit));
    if declares_more {
        return Err(InputError::TooLarge(limit));
    }
    Ok(())
}

/// Returns the reason for a failed read.
///
/// A limit of an outer layer is only visible among the sources of the error.
pub(super) fn read_error(error: &(dyn Error + 'static), limit: usize) -> InputError {
    if find_source::<LengthLimitError>(error).is_some() {
        return InputError::TooLarge(limit);
    }
    match BodyTimeout::find(error) {
        Some(timeout) => timeout.into(),
        None => InputError::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum::body::{Body, HttpBody};
    use http_body::Frame;

    use super::*;

    /// A body of unknown length in chunks of 1 KiB.
    struct Chunks {
        left: usize,
        is_truncated: bool,
    }

    impl HttpBody for Chunks {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            Poll::Ready(match self.left {
                0 if self.is_truncated => Some(Err(std::io::ErrorKind::UnexpectedEof.into())),
                0 => None,
                left => {
                    let chunk = left.min(1024);
                    self.left -= chunk;
                    Some(Ok(Frame::data(vec![b' '; chunk].into())))
                }
            })
        }
    }

    /// A body that panics when it is polled.
    struct UnreadBody;

    impl HttpBody for UnreadBody {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            panic!("a byte of the body was read")
        }
    }

    fn request(body: Body) -> Request {
        let mut request = Request::new(body);
        let json = http::HeaderValue::from_static(media_type::JSON);
        request
            .headers_mut()
            .insert(http::header::CONTENT_TYPE, json);
        request
    }

    fn chunks(left: usize, is_truncated: bool) -> Request {
        request(Body::new(Chunks { left, is_truncated }))
    }

    async fn length(request: Request) -> Result<usize, InputError> {
        read(request, &[media_type::JSON])
            .await
            .map(|bytes| bytes.len())
    }

    #[tokio::test]
    async fn body_over_default_limit_is_too_large() {
        let limit = Limits::DEFAULT.body_limit;
        assert_eq!(length(chunks(limit - 1, false)).await, Ok(limit - 1));
        assert_eq!(length(chunks(limit, false)).await, Ok(limit));
        let over = length(chunks(limit + 1, false)).await;
        assert_eq!(over, Err(InputError::TooLarge(limit)));
    }

    #[tokio::test]
    async fn body_over_declared_limit_is_too_large() {
        let declared = |left| {
            let mut request = chunks(left, false);
            let mut limits = Limits::DEFAULT;
            limits.body_limit = 10;
            request.extensions_mut().insert(RequestLimits(limits));
            request
        };
        assert_eq!(length(declared(10)).await, Ok(10));
        let over = length(declared(11)).await;
        assert_eq!(over, Err(InputError::TooLarge(10)));
    }

    #[tokio::test]
    async fn body_over_limit_of_outer_layer_is_too_large() {
        let limited =
            |left| chunks(left, false).map(|body| Body::new(Limited::new(Body::new(body), 2000)));
        assert_eq!(length(limited(2000)).await, Ok(2000));
        let over = length(limited(2001)).await;
        assert!(matches!(over, Err(InputError::TooLarge(_))), "{over:?}");
    }

    #[tokio::test]
    async fn content_length_over_limit_is_rejected_without_reading() {
        let mut declared = request(Body::new(UnreadBody));
        let length_header = http::HeaderValue::from(Limits::DEFAULT.body_limit + 1);
        declared.headers_mut().insert(CONTENT_LENGTH, length_header);
        let over = length(declared).await;
        let limit = Limits::DEFAULT.body_limit;
        assert_eq!(over, Err(InputError::TooLarge(limit)));
    }

    #[tokio::test]
    async fn body_without_content_type_is_not_read() {
        let untyped = Request::new(Body::new(UnreadBody));
        let rejected = length(untyped).await;
        assert_eq!(rejected, Err(InputError::MediaType(&[media_type::JSON])));
    }

    #[test]
    fn chunks_are_joined_within_the_limit() {
        for limit in [1, 2, 7, 1_000, 1_001, 65_536] {
            for size in [1, 2, 3, 999, 1_000] {
                let text: Vec<u8> = (0..limit)
                    .map(|at| u8::try_from(at % 251).unwrap())
                    .collect();
                let mut collected = Collected::default();
                collected.push(Bytes::new(), limit);
                for chunk in text.chunks(size) {
                    collected.push(Bytes::copy_from_slice(chunk), limit);
                    collected.push(Bytes::new(), limit);
                    assert!(collected.joined.capacity() <= limit);
                }
                assert_eq!(collected.into_bytes(), text);
            }
        }
        assert!(Collected::default().into_bytes().is_empty());
    }

    #[tokio::test]
    async fn body_of_one_chunk_is_not_copied() {
        let text = Bytes::from(vec![b' '; 1_000]);
        let body = request(Body::from(text.clone()));
        let bytes = read(body, &[media_type::JSON]).await.unwrap();
        assert_eq!(bytes.as_ptr(), text.as_ptr());
    }

    #[tokio::test]
    async fn truncated_body_is_incomplete() {
        let truncated = length(chunks(10, true)).await;
        assert_eq!(truncated, Err(InputError::Incomplete));
    }

    #[tokio::test]
    async fn optional_body_without_bytes_is_absent_whatever_its_header() {
        let json: &[&str] = &[media_type::JSON];
        let labeled = |label: &'static [(&str, &str)], body| {
            let mut request = Request::new(body);
            for (name, value) in label {
                let value = http::HeaderValue::from_static(value);
                request.headers_mut().append(*name, value);
            }
            request
        };
        let type_error = || Err(InputError::MediaType(&[media_type::JSON]));
        for (label, error) in [
            (&[][..], type_error()),
            (&[("content-type", "text/plain")], type_error()),
            (
                &[
                    ("content-type", "text/plain"),
                    ("content-type", "text/plain"),
                ],
                type_error(),
            ),
            (
                &[
                    ("content-type", "application/json"),
                    ("content-encoding", "gzip"),
                ],
                Err(InputError::ContentCoding),
            ),
        ] {
            let empty = labeled(label, Body::empty());
            assert_eq!(read_optional(empty, json).await, Ok(None), "{label:?}");
            let full = labeled(label, Body::from("{}"));
            assert_eq!(read_optional(full, json).await, error, "{label:?}");
        }
        assert_eq!(read_optional(request(Body::empty()), json).await, Ok(None));
        let full = read_optional(request(Body::from("{}")), json).await;
        assert_eq!(full, Ok(Some(Bytes::from("{}"))));
    }

    #[tokio::test]
    async fn truncated_optional_body_is_incomplete() {
        let json: &[&str] = &[media_type::JSON];
        let truncated = || {
            Body::new(Chunks {
                left: 0,
                is_truncated: true,
            })
        };
        let read = read_optional(request(truncated()), json).await;
        assert_eq!(read, Err(InputError::Incomplete));
        let read = read_optional(Request::new(truncated()), json).await;
        assert_eq!(read, Err(InputError::Incomplete));
    }

    #[tokio::test]
    async fn optional_body_of_another_type_is_rejected_at_its_first_byte() {
        let json: &[&str] = &[media_type::JSON];
        let limit = Limits::DEFAULT.body_limit;
        let long = Request::new(Body::new(Chunks {
            left: limit + 1,
            is_truncated: true,
        }));
        let read = read_optional(long, json).await;
        assert_eq!(read, Err(InputError::MediaType(&[media_type::JSON])));
    }
}
