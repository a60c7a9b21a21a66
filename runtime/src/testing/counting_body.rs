//! A body that counts how often it is polled.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};

const FRAME: usize = 16 * 1024;

static ZEROS: [u8; FRAME] = [0; FRAME];

/// A body of zeros that counts how often it is polled for a frame.
///
/// Clones share the count: keep one, to read the count after the request.
///
/// # Examples
///
/// ```
/// use palisade::testing::CountingBody;
///
/// let body = CountingBody::new(10 * 1024 * 1024);
/// let request = axum::http::Request::new(axum::body::Body::new(body.clone()));
/// drop(request);
/// assert_eq!(body.polls(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct CountingBody {
    remaining: usize,
    polls: Arc<AtomicUsize>,
}

impl CountingBody {
    /// Creates a body of `len` bytes, in frames of at most 16 KiB.
    pub fn new(len: usize) -> Self {
        Self {
            remaining: len,
            polls: Arc::new(AtomicUsize::new(0)),
        }
    }

    /// Returns how often this body and its clones were polled.
    pub fn polls(&self) -> usize {
        self.polls.load(Ordering::SeqCst)
    }
}

impl Body for CountingBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.polls.fetch_add(1, Ordering::SeqCst);
        let (zeros, _) = ZEROS.split_at(self.remaining.min(FRAME));
        self.remaining -= zeros.len();
        Poll::Ready((!zeros.is_empty()).then(|| Ok(Frame::data(Bytes::from_static(zeros)))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn clones_share_the_poll_count() {
        let body = CountingBody::new(FRAME + 1);
        assert_eq!(body.polls(), 0);
        let read = axum::body::to_bytes(axum::body::Body::new(body.clone()), usize::MAX).await;
        assert_eq!(read.unwrap().len(), FRAME + 1);
        assert!(body.polls() >= 2);
    }
}
