//! The time limit of a handler, with its inner layers and arguments.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use crate::input::BodyWait;
use crate::policy::Limits;

/// The shortest time between two checks while the body is waited for. The handler is polled when the body
/// arrives, so the checks matter only if another task reads it.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// The handler did not respond within its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimedOut;

/// The time that is left to a handler.
struct TimeLimit<'a> {
    limits: &'a Limits,
    body: &'a BodyWait,
    /// Whether the handler has waited.
    has_waited: bool,
    /// `None` until the handler waits; for a handler with a body, until it waits again.
    timer: Option<Timer>,
}

struct Timer {
    start: Instant,
    sleep: Pin<Box<Sleep>>,
}

/// Polls a handler to its end.
///
/// # Errors
///
/// Returns an error if the handler takes longer than its limit, without the time for which its body is
/// waited for.
pub(super) fn within<'a, F: Future>(
    limits: &'a Limits,
    body: &'a BodyWait,
    mut handler: Pin<&'a mut F>,
) -> impl Future<Output = Result<F::Output, TimedOut>> + use<'a, F> {
    let mut limit = TimeLimit {
        limits,
        body,
        has_waited: false,
        timer: None,
    };
    // not an `async fn`, whose future would store each argument twice
    poll_fn(move |context| match handler.as_mut().poll(context) {
        // a response is sent, even if it is late
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => limit.poll(context).map(Err),
    })
}

impl TimeLimit<'_> {
    /// Completes when the time is over; otherwise wakes the task then.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<TimedOut> {
        // hyper delivers the bytes of a body that arrived with the head only after the first poll; without a
        // second one, nearly every handler with a body would pay for a timer
        if self.body.is_measured() && !mem::replace(&mut self.has_waited, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let limit = self.limits.timeout;
        let timer = self.timer.get_or_insert_with(|| Timer {
            start: Instant::now(),
            sleep: Box::pin(sleep(limit)),
        });
        while timer.sleep.as_mut().poll(context).is_ready() {
            let (waited, is_waiting) = self.body.total();
            // a body that is not read any more must not suspend the limit
            let waited = waited.min(self.limits.body_timeout);
            let left = (limit + waited).saturating_sub(timer.start.elapsed());
            if left.is_zero() {
                return Poll::Ready(TimedOut);
            }
            let next = if is_waiting {
                left.max(CHECK_INTERVAL)
            } else {
                left
            };
            timer.sleep = Box::pin(sleep(next));
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::pin::pin;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn handler_that_never_responds_times_out_with_and_without_body() {
        let limits = Limits::DEFAULT;
        for body in [BodyWait::default(), BodyWait::new()] {
            let start = Instant::now();
            let handled = within(&limits, &body, pin!(pending::<()>())).await;
            assert_eq!(handled, Err(TimedOut));
            let elapsed = start.elapsed();
            assert!(elapsed >= limits.timeout, "{elapsed:?}");
            assert!(elapsed < limits.timeout + CHECK_INTERVAL, "{elapsed:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn handler_with_body_is_polled_again_before_a_timer_is_created() {
        for (body, wakes) in [(BodyWait::default(), false), (BodyWait::new(), true)] {
            let mut polls = 0;
            // ready at its second poll, which it does not ask for
            let handler = pin!(poll_fn(|_| {
                polls += 1;
                if polls > 1 {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            }));
            let start = Instant::now();
            let _ = within(&Limits::DEFAULT, &body, handler).await;
            assert_eq!(start.elapsed().is_zero(), wakes);
        }
    }
}
