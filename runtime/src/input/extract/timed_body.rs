//! A body that fails if it takes too long, or stalls.
//!
//! `Api` wraps every body in it, so the timeout applies to every extractor. `body` and `response`
//! find its error among the sources of the extractor's error.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::input::contract::InputError;
use crate::input::extract::BodyWait;
use crate::policy::Limits;

/// A body that fails once the time since the first wait for a frame exceeds the timeout, or the wait for
/// the next bytes exceeds the idle timeout.
pub(crate) struct TimedBody {
    body: Body,
    timeout: Duration,
    idle_timeout: Duration,
    timer: Timer,
    /// The time for which this body is waited for does not count as time of the handler.
    wait: BodyWait,
}

enum Timer {
    NotStarted,
    /// The body was pending once and is polled again before a timer is created.
    PolledOnce,
    Running(Running),
}

/// One timer for both limits, set to the earlier one.
struct Running {
    sleep: Pin<Box<Sleep>>,
    /// The end of the time for the whole body.
    end: Instant,
    /// Whether the body has been pending since its last bytes.
    is_waiting: bool,
}

impl Running {
    fn new(timeout: Duration, idle_timeout: Duration) -> Self {
        let now = Instant::now();
        let end = now + timeout;
        Self {
            sleep: Box::pin(sleep_until(end.min(now + idle_timeout))),
            end,
            is_waiting: true,
        }
    }

    /// Starts the wait for the next bytes.
    fn wait(&mut self, idle_timeout: Duration) {
        self.is_waiting = true;
        let idle = Instant::now() + idle_timeout;
        self.sleep.as_mut().reset(self.end.min(idle));
    }
}

impl TimedBody {
    pub(crate) fn new(body: Body, limits: &Limits, wait: BodyWait) -> Self {
        Self {
            body,
            timeout: limits.body_timeout,
            idle_timeout: limits.body_idle_timeout,
            timer: Timer::NotStarted,
            wait,
        }
    }

    /// Returns the limit that has been exceeded; otherwise wakes the task when one is.
    fn poll_timeout(&mut self, context: &mut Context<'_>) -> Option<BodyTimeout> {
        let Timer::Running(running) = &mut self.timer else {
            return None;
        };
        if running.sleep.as_mut().poll(context).is_pending() {
            return None;
        }
        // the timer may have been set to an idle timeout, which elapsed while the reader did not wait
        let is_over = running.sleep.deadline() == running.end || Instant::now() >= running.end;
        Some(if is_over {
            BodyTimeout::Total(self.timeout)
        } else {
            BodyTimeout::Idle(self.idle_timeout)
        })
    }

    /// Starts a timer for the whole body at its first wait, and for the next bytes at each.
    ///
    /// hyper delivers the bytes that arrived with the head only after the body was polled, when its
    /// task runs next. Without the second poll, nearly every body would pay for a timer.
    fn start_timer(&mut self, context: &mut Context<'_>) {
        match self.timer {
            Timer::NotStarted => {
                self.timer = Timer::PolledOnce;
                context.waker().wake_by_ref();
            }
            Timer::PolledOnce => {
                self.timer = Timer::Running(Running::new(self.timeout, self.idle_timeout));
            }
            Timer::Running(ref mut running) if !running.is_waiting => {
                running.wait(self.idle_timeout);
            }
            Timer::Running(_) => {}
        }
        if let Timer::Running(_) = self.timer {
            self.wait.begin();
        }
    }

    fn end_wait(&self) {
        if let Timer::Running(_) = self.timer {
            self.wait.end();
        }
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // first, because a frame after the timeout is late even if it is ready
        if let Some(timeout @ BodyTimeout::Total(_)) = self.poll_timeout(context) {
            self.end_wait();
            return Poll::Ready(Some(Err(timeout.into())));
        }
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_pending() {
            self.start_timer(context);
            if let Some(timeout) = self.poll_timeout(context) {
                self.end_wait();
                return Poll::Ready(Some(Err(timeout.into())));
            }
        } else {
            self.end_wait();
        }
        // an empty frame is no progress
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && frame.data_ref().is_some_and(|data| !data.is_empty())
            && let Timer::Running(running) = &mut self.timer
        {
            running.is_waiting = false;
        }
        // axum looks for the error of a body limit at a certain depth, also if there are two limits
        frame.map(|frame| frame.map(|frame| frame.map_err(axum::Error::into_inner)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for TimedBody {
    fn drop(&mut self) {
        self.end_wait();
    }
}

/// The time limit that a body exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyTimeout {
    /// The whole body did not arrive within this time.
    Total(Duration),
    /// The next bytes did not arrive within this time.
    Idle(Duration),
}

impl From<BodyTimeout> for InputError {
    fn from(timeout: BodyTimeout) -> Self {
        match timeout {
            BodyTimeout::Total(timeout) => Self::TooSlow(timeout),
            BodyTimeout::Idle(timeout) => Self::Stalled(timeout),
        }
    }
}

impl fmt::Display for BodyTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        InputError::from(*self).fmt(f)
    }
}

impl Error for BodyTimeout {}

impl BodyTimeout {
    /// Finds the timeout among the sources of an extractor's error.
    pub(crate) fn find(error: &(dyn Error + 'static)) -> Option<Self> {
        find_source(error).copied()
    }
}

/// Returns the first error of type `E` among an error and its sources.
pub(super) fn find_source<'a, E: Error + 'static>(
    error: &'a (dyn Error + 'static),
) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests;
