//! The tasks of HTTP/2 streams, which end if the client does not read.
//!
//! The window of a stream can be closed while the socket accepts bytes of other streams, so the socket does not show
//! that a client reads too slowly.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::Executor;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep};

use crate::serve::activity::{CROWDED_TIMEOUT, read_time};
use crate::serve::in_flight::InFlight;

tokio::task_local! {
    static STREAM: Arc<StreamActivity>;
}

/// Runs the streams of HTTP/2 connections.
#[derive(Clone)]
pub(super) struct StreamExecutor {
    write_timeout: Duration,
    in_flight: InFlight,
}

/// The activity of one stream. The body of its response records it.
#[derive(Default)]
pub(super) struct StreamActivity {
    /// Whether the protocol has a frame that the client does not read, and asks for no other.
    waits_for_client: AtomicBool,
    /// The bytes that the protocol got since the last check.
    bytes: AtomicUsize,
}

pin_project! {
    /// Runs a stream to its end, or until its client has read too slowly for too long.
    struct Watch<F> {
        #[pin]
        future: F,
        lag: Lag,
    }
}

/// The time for which the client of a stream has read too slowly.
struct Lag {
    stream: Arc<StreamActivity>,
    timeout: Duration,
    in_flight: InFlight,
    sum: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl StreamExecutor {
    /// While requests crowd, a client that does not read has less time than `write_timeout`.
    pub(super) fn new(write_timeout: Duration, in_flight: InFlight) -> Self {
        Self {
            write_timeout,
            in_flight,
        }
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
            future: stream,
            lag: Lag {
                stream: Arc::clone(&activity),
                timeout: self.write_timeout,
                in_flight: self.in_flight.clone(),
                sum: Duration::ZERO,
                waiting: None,
            },
        };
        // dropping the stream resets it
        tokio::spawn(STREAM.scope(activity, watch));
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

impl<F: Future> Future for Watch<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let watch = self.project();
        if watch.future.poll(context).is_ready() {
            return Poll::Ready(());
        }
        watch.lag.poll_stalled(context)
    }
}

impl Lag {
    fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let read = read_time(self.stream.bytes.swap(0, Relaxed));
        if let Some((since, _)) = &self.waiting
            && (read > Duration::ZERO || !self.stream.waits_for_client.load(Relaxed))
        {
            self.sum += since.elapsed();
            self.waiting = None;
        }
        self.sum = self.sum.saturating_sub(read);
        if !self.stream.waits_for_client.load(Relaxed) {
            return Poll::Pending;
        }
        let left = self.timeout.saturating_sub(self.sum);
        let check = |left: Duration| Box::pin(sleep(left.min(CROWDED_TIMEOUT)));
        let (since, timer) = self
            .waiting
            .get_or_insert_with(|| (Instant::now(), check(left)));
        loop {
            ready!(timer.as_mut().poll(context));
            let rest = left.saturating_sub(since.elapsed());
            if rest.is_zero() || self.in_flight.is_crowded() {
                return Poll::Ready(());
            }
            *timer = check(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    /// One client could otherwise use up all requests with a few connections.
    #[tokio::test(start_paused = true)]
    async fn stream_that_is_not_read_ends_sooner_while_requests_crowd() {
        for (requests, expected) in [(0, 30), (5, 30), (6, 1), (8, 1)] {
            let in_flight = InFlight::new(8);
            let permits = (0..requests).map(|_| in_flight.enter().unwrap());
            let permits: Vec<_> = permits.collect();
            let stream = Arc::<StreamActivity>::default();
            stream.record_frame(0);
            let lag = Lag {
                stream,
                timeout: Duration::from_secs(30),
                in_flight,
                sum: Duration::ZERO,
                waiting: None,
            };
            let start = Instant::now();
            let watch = Watch {
                future: pending::<()>(),
                lag,
            };
            watch.await;
            assert_eq!(start.elapsed().as_secs(), expected, "{requests}");
            drop(permits);
        }
    }
}
