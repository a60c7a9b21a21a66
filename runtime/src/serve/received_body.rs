//! The body of a request in flight.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use crate::serve::counted_body::CountedBody;
use crate::serve::in_flight::{InFlightPermit, Reception};

/// The body of a request, which records whether it waits for the client.
pub(super) struct ReceivedBody {
    body: CountedBody,
    reception: Option<Arc<Reception>>,
}

impl ReceivedBody {
    /// Wraps the body of a request. `permit` is `None` for a request that is refused.
    pub(super) fn new(body: CountedBody, permit: Option<&mut InFlightPermit>) -> Self {
        let permit = permit.filter(|_| !body.is_end_stream());
        Self {
            reception: permit.map(InFlightPermit::share),
            body,
        }
    }
}

impl HttpBody for ReceivedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Some(reception) = &self.reception {
            if frame.is_pending() {
                reception.wait();
            } else {
                reception.resume();
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
