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
use crate::serve::stream_executor::StreamActivity;

/// The largest frame that the protocol gets at once. If the body ended with a larger one, the request would no
/// longer count while the rest is sent.
const MAX_FRAME: usize = 64 * 1024;

/// The body of a response, whose request is in flight until the body ends or is dropped.
pub(super) struct InFlightBody {
    body: Body,
    /// The rest of a frame.
    rest: Bytes,
    request: Option<(ActiveRequest, Option<InFlightPermit>)>,
    #[cfg(feature = "http2")]
    stream: Option<Arc<StreamActivity>>,
}

impl InFlightBody {
    pub(super) fn new(body: Body, active: ActiveRequest, permit: Option<InFlightPermit>) -> Self {
        #[cfg(feature = "http2")]
        let stream = StreamActivity::current();
        #[cfg(feature = "http2")]
        if let Some(stream) = &stream {
            // the protocol may wait for the client before it asks for the first frame
            stream.record_frame(0);
        }
        Self {
            body,
            rest: Bytes::new(),
            request: Some((active, permit)),
            #[cfg(feature = "http2")]
            stream,
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
        if let Some((active, _)) = &self.request {
            active.record_response_body(length);
        }
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
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
        if let Some(stream) = &self.stream {
            stream.record_demand();
        }
        let frame = self.next_frame(context);
        #[cfg(feature = "http2")]
        if let (Some(stream), Poll::Ready(Some(Ok(frame)))) = (&self.stream, &frame) {
            stream.record_frame(frame.data_ref().map_or(0, Bytes::len));
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
