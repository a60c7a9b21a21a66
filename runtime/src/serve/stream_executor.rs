//! The tasks of HTTP/2 streams, which end if the client does not read.
//!
//! The window of a stream can be closed while the socket accepts bytes of other streams, so the socket does not show
//! that a client reads too slowly.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::Executor;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep};

use crate::serve::activity::{OVERDUE_TIMEOUT, read_time};
use crate::serve::in_flight::{InFlightPermit, Patience, Reception};

thread_local! {
    static CURRENT: Cell<Current> = const { Cell::new(Current::NoStream) };
}

/// The stream whose task a thread runs.
#[derive(Default)]
enum Current {
    #[default]
    NoStream,
    /// It has no response yet.
    Waiting,
    Responding(Arc<Reception>),
}

/// Runs the streams of HTTP/2 connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamExecutor {
    write_timeout: Duration,
}

pin_project! {
    /// Runs a stream to its end, or until its client has read too slowly for too long.
    struct Watch<F> {
        #[pin]
        future: F,
        // `None` until there is a response
        reception: Option<Arc<Reception>>,
        lag: Lag,
    }
}

/// The time for which the client of a stream has read too slowly.
struct Lag {
    timeout: Duration,
    /// `None` for a client that has always read in time.
    stalls: Option<Box<Stalls>>,
}

struct Stalls {
    sum: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl StreamExecutor {
    pub(super) fn new(write_timeout: Duration) -> Self {
        Self { write_timeout }
    }

    /// Shares the reception of a response with the stream whose task runs, which watches whether the client reads; `None` in HTTP/1.1.
    pub(super) fn watch(permit: Option<&mut InFlightPermit>) -> Option<Arc<Reception>> {
        CURRENT.with(|current| match current.take() {
            Current::NoStream => None,
            // a stream has one response
            Current::Waiting | Current::Responding(_) => {
                let reception =
                    permit.map_or_else(|| Arc::new(Reception::uncounted()), InFlightPermit::share);
                current.set(Current::Responding(Arc::clone(&reception)));
                Some(reception)
            }
        })
    }
}

impl<F> Executor<F> for StreamExecutor
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, stream: F) {
        // dropping the stream resets it
        tokio::spawn(Watch::new(stream, self.write_timeout));
    }
}

impl<F> Watch<F> {
    fn new(future: F, timeout: Duration) -> Self {
        Self {
            future,
            reception: None,
            lag: Lag {
                timeout,
                stalls: None,
            },
        }
    }
}

/// Runs a part of a stream's task, and returns the reception of the response that it creates.
fn watched<T>(run: impl FnOnce() -> T) -> (T, Option<Arc<Reception>>) {
    /// Restores the former stream, even after a panic.
    struct Restored(Current);

    impl Restored {
        fn swap(&mut self) {
            self.0 = CURRENT.replace(std::mem::take(&mut self.0));
        }
    }

    impl Drop for Restored {
        fn drop(&mut self) {
            self.swap();
        }
    }

    let mut restored = Restored(Current::Waiting);
    restored.swap();
    let result = run();
    let reception = match CURRENT.take() {
        Current::Responding(reception) => Some(reception),
        Current::NoStream | Current::Waiting => None,
    };
    (result, reception)
}

impl<F: Future> Future for Watch<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let watch = self.project();
        let polled = if watch.reception.is_some() {
            watch.future.poll(context).map(drop)
        } else {
            let (polled, reception) = watched(|| watch.future.poll(context).map(drop));
            *watch.reception = reception;
            polled
        };
        match watch.reception {
            Some(reception) if polled.is_pending() => watch.lag.poll_stalled(reception, context),
            _ => polled,
        }
    }
}

impl Lag {
    fn poll_stalled(&mut self, reception: &Reception, context: &mut Context<'_>) -> Poll<()> {
        let read = read_time(reception.take_bytes());
        let waits = reception.waits_for_reader();
        if let Some(stalls) = &mut self.stalls {
            if let Some((since, _)) = &stalls.waiting
                && (read > Duration::ZERO || !waits)
            {
                stalls.sum += since.elapsed();
                stalls.waiting = None;
            }
            stalls.sum = stalls.sum.saturating_sub(read);
        }
        if !waits {
            reception.resume();
            return Poll::Pending;
        }
        let stalls = self.stalls.get_or_insert_with(|| {
            Box::new(Stalls {
                sum: Duration::ZERO,
                waiting: None,
            })
        });
        let left = self.timeout.saturating_sub(stalls.sum);
        let check = |patience, left: Duration| match patience {
            Patience::Full => Some(Box::pin(sleep(left))),
            Patience::Short => Some(Box::pin(sleep(left.min(OVERDUE_TIMEOUT)))),
            Patience::Exhausted => None,
        };
        if stalls.waiting.is_none() {
            let timer = check(reception.stall(), left);
            stalls.waiting = timer.map(|timer| (Instant::now(), timer));
        }
        let Some((since, timer)) = &mut stalls.waiting else {
            return Poll::Ready(());
        };
        loop {
            ready!(timer.as_mut().poll(context));
            let rest = left.saturating_sub(since.elapsed());
            if rest.is_zero() || reception.stall() != Patience::Full {
                return Poll::Ready(());
            }
            *timer = Box::pin(sleep(rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};

    use super::*;
    use crate::serve::in_flight::{InFlight, InFlightPermit};

    /// A stream whose client does not read, and the permit of its request.
    fn stalled(in_flight: &InFlight) -> (Watch<impl Future<Output = ()> + use<>>, InFlightPermit) {
        let mut permit = in_flight.enter().unwrap();
        let reception = permit.share();
        reception.record_frame(0);
        let mut watch = Watch::new(pending::<()>(), Duration::from_secs(30));
        watch.reception = Some(reception);
        (watch, permit)
    }

    /// One client could otherwise use up all requests with a few connections.
    #[tokio::test(start_paused = true)]
    async fn streams_that_are_not_read_leave_requests_to_others() {
        let in_flight = InFlight::new(4);
        let start = Instant::now();
        let mut streams = Vec::new();
        // twice the limit may wait, a quarter has a second, and others have none
        for number in 0..11 {
            let (watch, permit) = stalled(&in_flight);
            streams.push(tokio::spawn(async move {
                watch.await;
                drop(permit);
                (number, start.elapsed().as_secs())
            }));
            tokio::task::yield_now().await;
        }
        let others = [(); 3].map(|()| in_flight.enter().unwrap());
        assert!(in_flight.enter().is_none());
        drop(others);
        let mut ends = Vec::new();
        for stream in streams {
            ends.push(stream.await.unwrap());
        }
        let seconds: Vec<u64> = ends.iter().map(|(_, seconds)| *seconds).collect();
        assert_eq!(seconds, [30, 30, 30, 30, 30, 30, 30, 30, 1, 0, 0]);
        let _permits = [(); 4].map(|()| in_flight.enter().unwrap());
        assert!(in_flight.enter().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn stream_that_is_read_again_counts_again() {
        let in_flight = InFlight::new(1);
        let (mut watch, permit) = stalled(&in_flight);
        let poll = |watch: &mut Watch<_>, context: &mut Context<'_>| {
            assert!(Pin::new(watch).poll(context).is_pending());
            Poll::Ready(())
        };
        poll_fn(|context| poll(&mut watch, context)).await;
        let other = in_flight.enter();
        assert!(other.is_some());
        drop(other);
        watch.reception.as_ref().unwrap().record_demand();
        poll_fn(|context| poll(&mut watch, context)).await;
        assert!(in_flight.enter().is_none());
        drop(permit);
        assert!(in_flight.enter().is_some());
    }

    /// A task of HTTP/2 that responds when it is polled for the second time.
    async fn responding(permit: Option<InFlightPermit>) -> Option<Arc<Reception>> {
        tokio::task::yield_now().await;
        let mut permit = permit;
        let reception = StreamExecutor::watch(permit.as_mut());
        reception.as_ref().unwrap().record_frame(0);
        pending::<()>().await;
        reception
    }

    #[tokio::test(start_paused = true)]
    async fn response_is_watched_with_or_without_a_permit() {
        let in_flight = InFlight::new(1);
        for permit in [in_flight.enter(), None] {
            let is_counted = permit.is_some();
            let watch = Watch::new(responding(permit), Duration::from_secs(30));
            let start = Instant::now();
            let stream = tokio::spawn(watch);
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            // the request waits for its client
            assert!(in_flight.enter().is_some(), "{is_counted}");
            stream.await.unwrap();
            assert_eq!(start.elapsed().as_secs(), 30, "{is_counted}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn stream_without_a_response_is_not_watched() {
        let watch = Watch::new(pending::<()>(), Duration::from_secs(30));
        let watched = tokio::time::timeout(Duration::from_hours(1), watch).await;
        assert!(watched.is_err());
    }

    #[tokio::test]
    async fn response_outside_a_stream_is_not_watched() {
        let mut permit = InFlight::new(1).enter().unwrap();
        assert!(StreamExecutor::watch(Some(&mut permit)).is_none());
        // nor in the task that has run a stream, or one that has panicked
        let (_, reception) = watched(|| StreamExecutor::watch(None));
        assert!(reception.is_some());
        assert!(StreamExecutor::watch(None).is_none());
        let panicking = || watched(|| panic!("a handler"));
        assert!(std::panic::catch_unwind(panicking).is_err());
        assert!(StreamExecutor::watch(None).is_none());
    }

    /// A handler may run another server's stream in its own task.
    #[tokio::test]
    async fn stream_within_a_stream_has_its_own_response() {
        let ((inner, own), outer) = watched(|| {
            let (_, inner) = watched(|| StreamExecutor::watch(None));
            (inner, StreamExecutor::watch(None))
        });
        let (inner, own, outer) = (inner.unwrap(), own.unwrap(), outer.unwrap());
        assert!(Arc::ptr_eq(&own, &outer) && !Arc::ptr_eq(&inner, &outer));
    }
}
