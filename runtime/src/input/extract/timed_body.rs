//! A body that has to be there in time.
//!
//! An `Api` puts it around every body, so it holds whoever reads; `body` and the response
//! room find its error among the causes of what the reader reports.

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

/// A body that fails once it was waited for too long, all its frames together.
pub(crate) struct Timed {
    body: Body,
    timeout: Duration,
    waiting: Waiting,
}

enum Waiting {
    NotYet,
    /// Somebody found nothing there, and looks once more before a timer is made.
    Once,
    Until(Pin<Box<Sleep>>),
}

impl Timed {
    pub(crate) fn new(body: Body, timeout: Duration) -> Self {
        Self {
            body,
            timeout,
            waiting: Waiting::NotYet,
        }
    }

    /// Whether the time is over; asks to be woken when it is.
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        match &mut self.waiting {
            Waiting::Until(timer) => timer.as_mut().poll(context).is_ready(),
            Waiting::NotYet | Waiting::Once => false,
        }
    }

    /// Counts from here, if it does not count yet.
    ///
    /// hyper hands over what has arrived with the head only when the body is asked for, at its
    /// task's next turn: without the second look nearly every body would pay for a timer.
    fn begin_to_wait(&mut self, context: &mut Context<'_>) {
        match self.waiting {
            Waiting::NotYet => {
                self.waiting = Waiting::Once;
                context.waker().wake_by_ref();
            }
            Waiting::Once => self.waiting = Waiting::Until(Box::pin(sleep(self.timeout))),
            Waiting::Until(_) => {}
        }
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let late = TooSlow(self.timeout);
        // asked first: what comes too late is late, however much of it is there
        if self.is_over(context) {
            return Poll::Ready(Some(Err(late.into())));
        }
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_pending() {
            self.begin_to_wait(context);
            if self.is_over(context) {
                return Poll::Ready(Some(Err(late.into())));
            }
        }
        frame.map(|frame| frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The whole body was not there within so long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TooSlow(pub(crate) Duration);

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        InputError::TooSlow(self.0).fmt(f)
    }
}

impl Error for TooSlow {}

impl TooSlow {
    /// Finds it among the causes of what a reader of the body reports.
    pub(crate) fn cause_of(error: &(dyn Error + 'static)) -> Option<Self> {
        cause(error).copied()
    }
}

/// The first of an error and its causes that is an `E`.
pub(super) fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
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

    /// What is sent, and its end when the sender is gone.
    struct Sent(mpsc::UnboundedReceiver<&'static str>);

    impl HttpBody for Sent {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            let sent = self.0.poll_recv(context);
            sent.map(|text| text.map(|text| Ok(Frame::data(text.into()))))
        }
    }

    fn slow() -> (mpsc::UnboundedSender<&'static str>, Timed) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Timed::new(Body::new(Sent(receiver)), LIMIT))
    }

    /// What is there at one of two looks: a frame, the end, a fault, or nothing.
    async fn now(body: &mut Timed) -> Option<String> {
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
    async fn the_time_ends_a_moment_after_the_body_may_come() {
        for (waited, expected) in [
            (JUST_IN_TIME, "a"),
            (LIMIT, "the body took longer than 10s"),
        ] {
            let (sender, mut body) = slow();
            assert_eq!(now(&mut body).await, None);
            advance(waited).await;
            sender.send("a").unwrap();
            assert_eq!(
                now(&mut body).await.as_deref(),
                Some(expected),
                "{waited:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_woken_when_the_time_is_over() {
        let (_sender, body) = slow();
        let error = body.collect().await.unwrap_err();
        assert!(TooSlow::cause_of(&*error).is_some(), "{error}");
    }

    /// A byte a second keeps no timer of each frame from ending, but that of them all.
    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_cut_off_by_the_time_of_the_whole() {
        let (sender, mut body) = slow();
        assert_eq!(now(&mut body).await, None);
        for _ in 0..9 {
            advance(Duration::from_secs(1)).await;
            sender.send("a").unwrap();
            assert_eq!(now(&mut body).await.as_deref(), Some("a"));
            assert_eq!(now(&mut body).await, None);
        }
        advance(Duration::from_secs(1)).await;
        sender.send("a").unwrap();
        for _ in 0..2 {
            let late = now(&mut body).await;
            assert_eq!(late.as_deref(), Some("the body took longer than 10s"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_counts_from_the_first_wait_alone() {
        let (sender, mut body) = slow();
        sender.send("a").unwrap();
        advance(LIMIT * 2).await;
        assert_eq!(now(&mut body).await.as_deref(), Some("a"));
        assert_eq!(now(&mut body).await, None);
        advance(JUST_IN_TIME).await;
        drop(sender);
        assert_eq!(now(&mut body).await.as_deref(), Some("end"));
    }

    /// What is there at the second look needs no timer, nor a runtime that has one.
    #[test]
    fn a_body_that_is_there_needs_no_timer() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let (sender, mut body) = slow();
        runtime.block_on(async {
            let looked = poll_fn(|context| {
                Poll::Ready(Pin::new(&mut body).poll_frame(context).is_pending())
            });
            assert!(looked.await);
            sender.send("a").unwrap();
            drop(sender);
            assert_eq!(body.collect().await.unwrap().to_bytes(), "a");
        });
    }

    #[test]
    fn length_and_end_are_told_as_they_are() {
        let body = Timed::new(Body::from("four"), LIMIT);
        assert_eq!(body.size_hint().exact(), Some(4));
        assert!(!body.is_end_stream() && Timed::new(Body::empty(), LIMIT).is_end_stream());
    }
}
