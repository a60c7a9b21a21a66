//! The body of a request, whose bytes are progress of an HTTP/2 connection.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::serve::activity::Activity;

/// A body that records what is read of it.
pub(super) struct CountedBody {
    body: Incoming,
    activity: Arc<Activity>,
}

impl CountedBody {
    pub(super) fn new(body: Incoming, activity: &Arc<Activity>) -> Self {
        Self {
            body,
            activity: Arc::clone(activity),
        }
    }
}

impl Body for CountedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.activity.record_request_body(data.len());
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
