//! `Valid<StreamedBody<M>>`: a body in chunks, which may be larger than memory.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use http_body::{Frame, SizeHint};
use http_body_util::Limited;

use crate::input::contract::InputError;
use crate::input::decode::media_type;
use crate::input::extract::body;
use crate::input::extract::valid::{ExtractFromBody, Valid, via_body};
use crate::input::types::{MediaTypes, are_streamed_types};

/// Extracts a body in chunks, with a media type in `M`.
///
/// Use it in [`Valid`](crate::Valid), for a body that does not fit into memory. The handler reads it by
/// [`next_chunk`](Self::next_chunk), and the next bytes of the client are read only then. The attribute of the
/// handler bounds the whole body: its size by `body_limit`, its time by `body_timeout`, and each wait for the
/// client by `body_idle_timeout`. Only with this extractor, a handler may declare a `body_limit` above 1 GiB, up
/// to 1 TiB, and a `body_timeout` above 60 min, up to 24 h.
///
/// | request | response |
/// |---|---|
/// | a missing or different `Content-Type`, or a `Content-Encoding` | 415 before the handler runs |
/// | a `Content-Length` over the limit | 413 before the handler runs |
/// | more bytes than the limit | [`InputError::TooLarge`]: 413 |
/// | bytes that do not arrive in time | [`InputError::TooSlow`]: 408, and the connection closes |
/// | no byte within the idle limit | [`InputError::Stalled`]: 408, and the connection closes |
/// | a body that ends early | [`InputError::Incomplete`]: 400 |
///
/// The errors are those of `next_chunk`. A handler passes them on with `?`: an [`InputError`] is a response,
/// and converts into a [`Problem`](crate::Problem).
///
/// An empty body is a stream without chunks, and `None` for `Option<Valid<StreamedBody<M>>>`.
///
/// # Security
///
/// A stream is complete only when `next_chunk` returns `None`. After an error, or if the client disconnects and
/// the handler is dropped, the chunks so far are a truncated body: write them under a temporary name, and rename
/// it at the end.
///
/// The client declares the media type, and the content may differ. JSON, forms and multipart forms do not
/// compile, because their own extractors check the content.
///
/// # Examples
///
/// ```
/// use palisade::input::{MediaTypes, StreamedBody};
/// use palisade::prelude::*;
///
/// struct Video;
///
/// impl MediaTypes for Video {
///     const ACCEPTED: &'static [&'static str] = &["video/mp4", "video/webm"];
/// }
///
/// #[secured(
///     scopes = "videos:write",
///     body_limit = "20 GiB",
///     body_timeout = "6 h",
///     body_idle_timeout = "20 s"
/// )]
/// async fn upload_video(
///     Valid(mut video): Valid<StreamedBody<Video>>,
/// ) -> Result<String, Problem> {
///     let mut size = 0;
///     while let Some(chunk) = video.next_chunk().await? {
///         size += chunk.len(); // write the chunk to storage here
///     }
///     Ok(format!("{size} bytes of {}", video.media_type()))
/// }
/// ```
///
/// A media type of JSON does not compile:
///
/// ```compile_fail,E0080
/// use palisade::input::{MediaTypes, StreamedBody};
/// use palisade::prelude::*;
///
/// struct Orders;
///
/// impl MediaTypes for Orders {
///     const ACCEPTED: &'static [&'static str] = &["application/json"];
/// }
///
/// #[public(reason = "an example")]
/// async fn import(_: Valid<StreamedBody<Orders>>) {}
/// ```
pub struct StreamedBody<M> {
    body: Limited<Body>,
    /// A chunk that was read to find out whether the body is empty.
    first: Option<Bytes>,
    media_type: &'static str,
    limit: usize,
    state: State,
    accepted: PhantomData<fn() -> M>,
}

enum State {
    Open,
    Ended,
    Failed(InputError),
}

impl<M: MediaTypes> StreamedBody<M> {
    /// The accepted media types.
    pub(crate) const ACCEPTED: &'static [&'static str] = {
        assert!(
            are_streamed_types(M::ACCEPTED),
            "`ACCEPTED` must list media types, none of which is JSON, a form or multipart"
        );
        M::ACCEPTED
    };

    /// Creates a stream of at most `limit` bytes as a request would, for tests.
    ///
    /// # Errors
    ///
    /// Returns [`InputError::MediaType`] if a request with this media type would be rejected.
    pub fn new(media_type: &str, body: impl Into<Body>, limit: usize) -> Result<Self, InputError> {
        let media_type = media_type::find(media_type, Self::ACCEPTED)?;
        Ok(Self::open(media_type, body.into(), limit))
    }

    fn open(media_type: &'static str, body: Body, limit: usize) -> Self {
        Self {
            body: Limited::new(body, limit),
            first: None,
            media_type,
            limit,
            state: State::Open,
            accepted: PhantomData,
        }
    }

    /// Checks the head of a request; reads no byte of the body.
    fn of_request(request: Request) -> Result<Self, InputError> {
        let media_type = media_type::require_one(request.headers(), Self::ACCEPTED)?;
        let limit = body::limits(request.extensions()).body_limit;
        body::require_declared_length(request.headers(), limit)?;
        Ok(Self::open(media_type, request.into_body(), limit))
    }
}

impl<M> StreamedBody<M> {
    /// Returns the media type that the client declares: one of `M`.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// Waits for the next bytes; returns `None` at the end of the body.
    ///
    /// A chunk is never empty. The client chooses its size, up to the read buffer of the listener. Dropping the
    /// future before it is ready loses no bytes.
    ///
    /// # Errors
    ///
    /// Returns [`InputError::TooLarge`], [`InputError::TooSlow`], [`InputError::Stalled`] or
    /// [`InputError::Incomplete`], and the same error for every later chunk.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, InputError> {
        poll_fn(|context| self.poll_chunk(context))
            .await
            .transpose()
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, InputError>>> {
        if let Some(chunk) = self.first.take() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        loop {
            match &self.state {
                State::Open => {}
                State::Ended => return Poll::Ready(None),
                State::Failed(error) => return Poll::Ready(Some(Err(error.clone()))),
            }
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => self.state = State::Ended,
                Some(Err(error)) => {
                    self.state = State::Failed(body::read_error(&*error, self.limit));
                }
                Some(Ok(frame)) => {
                    // trailers are not part of the content
                    if let Ok(chunk) = frame.into_data()
                        && !chunk.is_empty()
                    {
                        return Poll::Ready(Some(Ok(chunk)));
                    }
                }
            }
        }
    }
}

/// The same chunks, for code that sends a body on. The body ends after an error.
impl<M> HttpBody for StreamedBody<M> {
    type Data = Bytes;
    type Error = InputError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, InputError>>> {
        let stream = self.get_mut();
        // a reader that skips errors would not end otherwise
        if matches!(stream.state, State::Failed(_)) {
            return Poll::Ready(None);
        }
        let chunk = stream.poll_chunk(context);
        chunk.map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && (!matches!(self.state, State::Open) || self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.body.size_hint();
        let Some(first) = &self.first else {
            return rest;
        };
        let first = u64::try_from(first.len()).unwrap_or(u64::MAX);
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(first));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(first));
        }
        hint
    }
}

impl<M: MediaTypes, S: Sync> ExtractFromBody<S> for Valid<StreamedBody<M>> {
    async fn from_body(request: Request, _: &S) -> Result<Self, InputError> {
        StreamedBody::of_request(request).map(Self)
    }

    /// A body is absent if it is empty.
    async fn from_body_if_present(request: Request, _: &S) -> Result<Option<Self>, InputError> {
        let media_type = media_type::require_one(request.headers(), StreamedBody::<M>::ACCEPTED);
        if let Err(error) = media_type {
            return body::require_empty(request, error).await.map(|()| None);
        }
        let mut stream = StreamedBody::of_request(request)?;
        stream.first = stream.next_chunk().await?;
        Ok(stream.first.is_some().then_some(Self(stream)))
    }
}

via_body!(StreamedBody);

impl<M> fmt::Debug for StreamedBody<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedBody")
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
