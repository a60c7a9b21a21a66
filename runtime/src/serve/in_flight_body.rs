//! The body of a response, until whose end the request is in flight.

use std::pin::Pin;
#[cfg(feature = "http2")]
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use crate::serve::activity::ActiveRequest;
use crate::serve::in_flight::InFlightPermit;
#[cfg(feature = "http2")]
use crate::serve::in_flight::Reception;
#[cfg(feature = "http2")]
use crate::serve::stream_executor::StreamExecutor;

/// The largest frame that the protocol gets at once. If the body ended with a larger one, the request would no
/// longer count while the rest is sent.
const MAX_FRAME: usize = 64 * 1024;

/// The body of a response, whose request is in flight until the body ends or is dropped.
pub(super) struct InFlightBody {
    body: Body,
    /// The rest of a frame.
    rest: Bytes,
    request: Option<(ActiveRequest, Option<InFlightPermit>)>,
    /// Whether the connection knows the request in flight.
    is_shared: bool,
    /// In HTTP/2, where the stream watches it.
    #[cfg(feature = "http2")]
    reception: Option<Arc<Reception>>,
}

impl InFlightBody {
    pub(super) fn new(
        body: Body,
        active: ActiveRequest,
        #[cfg_attr(
            not(feature = "http2"),
            expect(unused_mut, reason = "HTTP/2 shares it")
        )]
        mut permit: Option<InFlightPermit>,
    ) -> Self {
        #[cfg(feature = "http2")]
        let reception = StreamExecutor::watch(permit.as_mut());
        #[cfg(feature = "http2")]
        if let Some(reception) = &reception {
            // the protocol may wait for the client before it asks for the first frame
            reception.record_frame(0);
        }
        Self {
            body,
            rest: Bytes::new(),
            request: Some((active, permit)),
            is_shared: false,
            #[cfg(feature = "http2")]
            reception,
        }
    }

    fn next_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => {
                    self.request = None;
                    return Poll::Ready(end);
                }
            }
        }
        let length = self.rest.len().min(MAX_FRAME);
        let data = self.rest.split_to(length);
        if let Some((active, _)) = &self.request {
            active.record_response_body(length);
        }
        self.share();
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    /// Shares the request in flight with the connection of HTTP/1.1, if the client has to read this frame before the next one.
    ///
    /// In HTTP/2, it is shared with the stream.
    fn share(&mut self) {
        #[cfg(feature = "http2")]
        if self.reception.is_some() {
            return;
        }
        if self.is_shared || self.is_end_stream() {
            return;
        }
        self.is_shared = true;
        if let Some((active, Some(permit))) = &mut self.request {
            active.share(permit.share());
        }
    }
}

impl HttpBody for InFlightBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        #[cfg(feature = "http2")]
        if let Some(reception) = &self.reception {
            reception.record_demand();
        }
        let frame = self.next_frame(context);
        #[cfg(feature = "http2")]
        if let (Some(reception), Poll::Ready(Some(Ok(frame)))) = (&self.reception, &frame) {
            reception.record_frame(frame.data_ref().map_or(0, Bytes::len));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(rest));
        if let Some(upper) = body.upper().and_then(|upper| upper.checked_add(rest)) {
            hint.set_upper(upper);
        }
        hint
    }
}
