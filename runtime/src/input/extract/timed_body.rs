//! A body that fails if it takes too long.
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
use tokio::time::{Sleep, sleep};

use crate::input::contract::InputError;
use crate::input::extract::BodyWait;

/// A body that fails once the waiting time for all of its frames exceeds the timeout.
pub(crate) struct TimedBody {
    body: Body,
    timeout: Duration,
    timer: Timer,
    /// The time for which this body is waited for does not count as time of the handler.
    wait: BodyWait,
}

enum Timer {
    NotStarted,
    /// The body was pending once and is polled again before a timer is created.
    PolledOnce,
    Running(Pin<Box<Sleep>>),
}

impl TimedBody {
    pub(crate) fn new(body: Body, timeout: Duration, wait: BodyWait) -> Self {
        Self {
            body,
            timeout,
            timer: Timer::NotStarted,
            wait,
        }
    }

    /// Returns whether the timeout has elapsed; otherwise wakes the task when it does.
    fn is_elapsed(&mut self, context: &mut Context<'_>) -> bool {
        match &mut self.timer {
            Timer::Running(sleep) => sleep.as_mut().poll(context).is_ready(),
            Timer::NotStarted | Timer::PolledOnce => false,
        }
    }

    /// Starts the timer, unless it is running.
    ///
    /// hyper delivers the bytes that arrived with the head only after the body was polled, when its
    /// task runs next. Without the second poll, nearly every body would pay for a timer.
    fn start_timer(&mut self, context: &mut Context<'_>) {
        match self.timer {
            Timer::NotStarted => {
                self.timer = Timer::PolledOnce;
                context.waker().wake_by_ref();
            }
            Timer::PolledOnce => self.timer = Timer::Running(Box::pin(sleep(self.timeout))),
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
        let timeout = BodyTimeout(self.timeout);
        // first, because a frame after the timeout is late even if it is ready
        if self.is_elapsed(context) {
            self.end_wait();
            return Poll::Ready(Some(Err(timeout.into())));
        }
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_pending() {
            self.start_timer(context);
            if self.is_elapsed(context) {
                self.end_wait();
                return Poll::Ready(Some(Err(timeout.into())));
            }
        } else {
            self.end_wait();
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

/// The body did not arrive completely within this time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyTimeout(pub(crate) Duration);

impl fmt::Display for BodyTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        InputError::TooSlow(self.0).fmt(f)
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
mod tests {
    use std::future::poll_fn;

    use http_body_util::BodyExt;
    use tokio::runtime::Builder;
    use tokio::sync::mpsc;
    use tokio::time::advance;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);
    const JUST_IN_TIME: Duration = Duration::from_millis(9_999);

    /// A body of the texts that a channel receives.
    struct ChannelBody(mpsc::UnboundedReceiver<&'static str>);

    impl HttpBody for ChannelBody {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            let received = self.0.poll_recv(context);
            received.map(|text| text.map(|text| Ok(Frame::data(text.into()))))
        }
    }

    fn channel() -> (mpsc::UnboundedSender<&'static str>, TimedBody) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (
            sender,
            TimedBody::new(Body::new(ChannelBody(receiver)), LIMIT, BodyWait::default()),
        )
    }

    /// Polls twice: returns a frame, the end, an error, or nothing.
    async fn poll_twice(body: &mut TimedBody) -> Option<String> {
        let frame = poll_fn(|context| {
            let first = Pin::new(&mut *body).poll_frame(context);
            Poll::Ready(if first.is_pending() {
                Pin::new(&mut *body).poll_frame(context)
            } else {
                first
            })
        });
        match frame.await {
            Poll::Pending => None,
            Poll::Ready(None) => Some("end".to_owned()),
            Poll::Ready(Some(Err(error))) => Some(error.to_string()),
            Poll::Ready(Some(Ok(frame))) => {
                Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn frame_at_timeout_is_late() {
        for (elapsed, expected) in [
            (JUST_IN_TIME, "a"),
            (LIMIT, "the body took longer than 10s"),
        ] {
            let (sender, mut body) = channel();
            assert_eq!(poll_twice(&mut body).await, None);
            advance(elapsed).await;
            sender.send("a").unwrap();
            assert_eq!(
                poll_twice(&mut body).await.as_deref(),
                Some(expected),
                "{elapsed:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn pending_reader_is_woken_at_timeout() {
        let (_sender, body) = channel();
        let error = body.collect().await.unwrap_err();
        assert!(BodyTimeout::find(&*error).is_some(), "{error}");
    }

    /// A byte per second would never exceed a timeout per frame (Slowloris).
    #[tokio::test(start_paused = true)]
    async fn slow_frames_exceed_timeout_of_whole_body() {
        let (sender, mut body) = channel();
        assert_eq!(poll_twice(&mut body).await, None);
        for _ in 0..9 {
            advance(Duration::from_secs(1)).await;
            sender.send("a").unwrap();
            assert_eq!(poll_twice(&mut body).await.as_deref(), Some("a"));
            assert_eq!(poll_twice(&mut body).await, None);
        }
        advance(Duration::from_secs(1)).await;
        sender.send("a").unwrap();
        for _ in 0..2 {
            let error = poll_twice(&mut body).await;
            assert_eq!(error.as_deref(), Some("the body took longer than 10s"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn timeout_starts_when_body_is_first_pending() {
        let (sender, mut body) = channel();
        sender.send("a").unwrap();
        advance(LIMIT * 2).await;
        assert_eq!(poll_twice(&mut body).await.as_deref(), Some("a"));
        assert_eq!(poll_twice(&mut body).await, None);
        advance(JUST_IN_TIME).await;
        drop(sender);
        assert_eq!(poll_twice(&mut body).await.as_deref(), Some("end"));
    }

    /// The runtime of this test has no timer.
    #[test]
    fn body_ready_at_second_poll_needs_no_timer() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let (sender, mut body) = channel();
        runtime.block_on(async {
            let is_pending = poll_fn(|context| {
                Poll::Ready(Pin::new(&mut body).poll_frame(context).is_pending())
            });
            assert!(is_pending.await);
            sender.send("a").unwrap();
            drop(sender);
            assert_eq!(body.collect().await.unwrap().to_bytes(), "a");
        });
    }

    #[test]
    fn size_hint_and_end_match_inner_body() {
        let timed = |body| TimedBody::new(body, LIMIT, BodyWait::default());
        let body = timed(Body::from("four"));
        assert_eq!(body.size_hint().exact(), Some(4));
        assert!(!body.is_end_stream() && timed(Body::empty()).is_end_stream());
    }
}
