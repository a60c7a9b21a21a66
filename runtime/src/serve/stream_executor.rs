//! The tasks of HTTP/2 streams, which end if the client does not read.
//!
//! The window of a stream can be closed while the socket accepts bytes of other streams, so the socket does not show
//! that a client reads too slowly.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::Executor;
use tokio::time::{Instant, Sleep, sleep};

use crate::serve::activity::read_time;

tokio::task_local! {
    static STREAM: Arc<StreamActivity>;
}

/// Runs the streams of HTTP/2 connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamExecutor {
    write_timeout: Duration,
}

/// The activity of one stream. The body of its response records it.
#[derive(Default)]
pub(super) struct StreamActivity {
    /// Whether the protocol has a frame that the client does not read, and asks for no other.
    waits_for_client: AtomicBool,
    /// The bytes that the protocol got since the last check.
    bytes: AtomicUsize,
}

/// The time for which a client has read too slowly.
struct Watch {
    stream: Arc<StreamActivity>,
    timeout: Duration,
    lag: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl StreamExecutor {
    pub(super) fn new(write_timeout: Duration) -> Self {
        Self { write_timeout }
    }
}

impl<F> Executor<F> for StreamExecutor
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, stream: F) {
        let activity = Arc::<StreamActivity>::default();
        let watch = Watch {
            stream: Arc::clone(&activity),
            timeout: self.write_timeout,
            lag: Duration::ZERO,
            waiting: None,
        };
        // dropping the stream resets it
        tokio::spawn(STREAM.scope(activity, watch.run(stream)));
    }
}

impl StreamActivity {
    /// Returns the activity of the stream whose task runs; `None` in HTTP/1.1.
    pub(super) fn current() -> Option<Arc<Self>> {
        STREAM.try_with(Arc::clone).ok()
    }

    /// Records that the protocol has a frame to send.
    pub(super) fn record_frame(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Relaxed);
        self.waits_for_client.store(true, Relaxed);
    }

    /// Records that the protocol asks for the next frame.
    pub(super) fn record_demand(&self) {
        self.waits_for_client.store(false, Relaxed);
    }
}

impl Watch {
    /// Runs a stream to its end, or until its client has read too slowly for too long.
    async fn run<F: Future>(mut self, stream: F) {
        let mut stream = pin!(stream);
        poll_fn(|context| {
            if stream.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            self.poll_stalled(context)
        })
        .await;
    }

    fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let read = read_time(self.stream.bytes.swap(0, Relaxed));
        if let Some((since, _)) = &self.waiting
            && (read > Duration::ZERO || !self.stream.waits_for_client.load(Relaxed))
        {
            self.lag += since.elapsed();
            self.waiting = None;
        }
        self.lag = self.lag.saturating_sub(read);
        if !self.stream.waits_for_client.load(Relaxed) {
            return Poll::Pending;
        }
        let left = self.timeout.saturating_sub(self.lag);
        let (_, timer) = self
            .waiting
            .get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
        timer.as_mut().poll(context)
    }
}
