//! The bytes of a body, never more than allowed.

use std::error::Error;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{Extensions, HeaderMap};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::input::contract::InputError;
use crate::input::decode::media_type;
use crate::input::extract::timed_body::TooSlow;
use crate::input::extract::timed_body::cause;
use crate::policy::Limits;

/// The limits that an `Api` left in the request; the defaults where it left none.
pub(super) fn limits(extensions: &Extensions) -> Limits {
    extensions.get().copied().unwrap_or(Limits::DEFAULT)
}

/// Reads a body that is labelled `expected`.
pub(crate) async fn read(request: Request, expected: &'static str) -> Result<Bytes, InputError> {
    media_type::require(request.headers(), expected)?;
    collect(request).await
}

/// Reads a body that is labelled `expected`; none is there without label and byte.
pub(crate) async fn read_optional(
    request: Request,
    expected: &'static str,
) -> Result<Option<Bytes>, InputError> {
    if media_type::is_labelled(request.headers()) {
        return read(request, expected).await.map(Some);
    }
    read_nothing(request, expected).await?;
    Ok(None)
}

/// Requires a body of no byte; one that has any should have been labelled `expected`.
pub(crate) async fn read_nothing(
    request: Request,
    expected: &'static str,
) -> Result<(), InputError> {
    if collect(request).await?.is_empty() {
        Ok(())
    } else {
        Err(InputError::MediaType(expected))
    }
}

/// Reads a body, whatever it is.
pub(crate) async fn collect(request: Request) -> Result<Bytes, InputError> {
    let limit = limits(request.extensions()).body_limit;
    if announces_more(request.headers(), limit) {
        return Err(InputError::TooLarge(limit));
    }
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) => Err(fault(&*error, limit)),
    }
}

/// Whether the request says itself that not one byte needs to be read.
fn announces_more(headers: &HeaderMap, limit: usize) -> bool {
    headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok())
        .is_some_and(|length| u64::try_from(limit).is_ok_and(|limit| length > limit))
}

/// A limit further out than ours shows only among the causes of the body's error.
fn fault(error: &(dyn Error + 'static), limit: usize) -> InputError {
    if cause::<LengthLimitError>(error).is_some() {
        return InputError::TooLarge(limit);
    }
    match TooSlow::cause_of(error) {
        Some(TooSlow(timeout)) => InputError::TooSlow(timeout),
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

    /// A body of unknown length, one chunk of 1 KiB after the other, then its end.
    struct Chunks {
        left: usize,
        breaks_off: bool,
    }

    impl HttpBody for Chunks {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            Poll::Ready(match self.left {
                0 if self.breaks_off => Some(Err(std::io::ErrorKind::UnexpectedEof.into())),
                0 => None,
                left => {
                    let chunk = left.min(1024);
                    self.left -= chunk;
                    Some(Ok(Frame::data(vec![b' '; chunk].into())))
                }
            })
        }
    }

    /// A body that must not be polled.
    struct Untouchable;

    impl HttpBody for Untouchable {
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

    fn chunks(left: usize, breaks_off: bool) -> Request {
        request(Body::new(Chunks { left, breaks_off }))
    }

    async fn length(request: Request) -> Result<usize, InputError> {
        read(request, media_type::JSON)
            .await
            .map(|bytes| bytes.len())
    }

    #[tokio::test]
    async fn without_an_api_64_kib_are_the_limit() {
        let limit = Limits::DEFAULT.body_limit;
        assert_eq!(length(chunks(limit - 1, false)).await, Ok(limit - 1));
        assert_eq!(length(chunks(limit, false)).await, Ok(limit));
        let over = length(chunks(limit + 1, false)).await;
        assert_eq!(over, Err(InputError::TooLarge(limit)));
    }

    #[tokio::test]
    async fn the_declared_limit_holds() {
        let declared = |left| {
            let mut request = chunks(left, false);
            let mut limits = Limits::DEFAULT;
            limits.body_limit = 10;
            request.extensions_mut().insert(limits);
            request
        };
        assert_eq!(length(declared(10)).await, Ok(10));
        let over = length(declared(11)).await;
        assert_eq!(over, Err(InputError::TooLarge(10)));
    }

    #[tokio::test]
    async fn a_limit_further_out_is_413_too() {
        let limited =
            |left| chunks(left, false).map(|body| Body::new(Limited::new(Body::new(body), 2000)));
        assert_eq!(length(limited(2000)).await, Ok(2000));
        let over = length(limited(2001)).await;
        assert!(matches!(over, Err(InputError::TooLarge(_))), "{over:?}");
    }

    #[tokio::test]
    async fn a_body_that_announces_too_much_is_not_read() {
        let mut announced = request(Body::new(Untouchable));
        let length_header = http::HeaderValue::from(Limits::DEFAULT.body_limit + 1);
        announced
            .headers_mut()
            .insert(CONTENT_LENGTH, length_header);
        let over = length(announced).await;
        let limit = Limits::DEFAULT.body_limit;
        assert_eq!(over, Err(InputError::TooLarge(limit)));
    }

    #[tokio::test]
    async fn a_body_of_another_kind_is_not_read() {
        let unlabelled = Request::new(Body::new(Untouchable));
        let refused = length(unlabelled).await;
        assert_eq!(refused, Err(InputError::MediaType(media_type::JSON)));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_says_so() {
        let broken = length(chunks(10, true)).await;
        assert_eq!(broken, Err(InputError::Incomplete));
    }

    #[tokio::test]
    async fn absent_is_no_label_and_no_byte() {
        let unlabelled = |body: &'static str| Request::new(Body::from(body));
        let json = media_type::JSON;
        assert_eq!(read_optional(unlabelled(""), json).await, Ok(None));
        assert_eq!(
            read_optional(unlabelled("{}"), json).await,
            Err(InputError::MediaType(json))
        );
        assert_eq!(
            read_optional(request(Body::empty()), json).await,
            Ok(Some(Bytes::new()))
        );
    }
}
