//! The total time of a body, and its pauses.

use std::future::poll_fn;

use http_body_util::BodyExt;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::advance;

use super::*;

const LIMIT: Duration = Duration::from_secs(10);
const JUST_IN_TIME: Duration = Duration::from_millis(9_999);
const IDLE: Duration = Duration::from_secs(3);
const JUST_NOT_IDLE: Duration = Duration::from_millis(2_999);

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
        TimedBody::new(
            Body::new(ChannelBody(receiver)),
            &limits(LIMIT, LIMIT),
            BodyWait::default(),
        ),
    )
}

fn limits(body_timeout: Duration, body_idle_timeout: Duration) -> Limits {
    Limits {
        body_timeout,
        body_idle_timeout,
        ..Limits::DEFAULT
    }
}

/// A body with an idle timeout of 3 s, and another total one.
fn idle_channel(total: u64) -> (mpsc::UnboundedSender<&'static str>, TimedBody) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let limits = limits(Duration::from_secs(total), IDLE);
    (
        sender,
        TimedBody::new(
            Body::new(ChannelBody(receiver)),
            &limits,
            BodyWait::default(),
        ),
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
async fn body_without_bytes_for_idle_timeout_is_stalled() {
    let stalled = Some("the body stalled for 3s");
    for (millis, expected) in [(2_999, Some("b")), (3_000, Some("b")), (3_001, Some("b"))] {
        // the bytes are ready when the reader asks for them, however late it is
        let (sender, mut body) = idle_channel(60);
        assert_eq!(poll_twice(&mut body).await, None);
        advance(Duration::from_millis(millis)).await;
        sender.send("b").unwrap();
        assert_eq!(poll_twice(&mut body).await.as_deref(), expected, "{millis}");
    }
    for before in 0..3 {
        let (sender, mut body) = idle_channel(60);
        for _ in 0..before {
            assert_eq!(poll_twice(&mut body).await, None);
            advance(JUST_NOT_IDLE).await;
            assert_eq!(poll_twice(&mut body).await, None);
            sender.send("a").unwrap();
            assert_eq!(poll_twice(&mut body).await.as_deref(), Some("a"));
        }
        assert_eq!(poll_twice(&mut body).await, None);
        advance(IDLE).await;
        assert_eq!(poll_twice(&mut body).await.as_deref(), stalled, "{before}");
    }
}

/// The time of the handler between two chunks is not the client's.
#[tokio::test(start_paused = true)]
async fn idle_timeout_starts_when_body_is_pending_again() {
    let (sender, mut body) = idle_channel(60);
    assert_eq!(poll_twice(&mut body).await, None);
    sender.send("a").unwrap();
    assert_eq!(poll_twice(&mut body).await.as_deref(), Some("a"));
    advance(IDLE * 5).await;
    assert_eq!(poll_twice(&mut body).await, None);
    advance(JUST_NOT_IDLE).await;
    assert_eq!(poll_twice(&mut body).await, None);
    sender.send("b").unwrap();
    assert_eq!(poll_twice(&mut body).await.as_deref(), Some("b"));
}

#[tokio::test(start_paused = true)]
async fn frame_after_timeout_of_whole_body_is_late_if_idle_timeout_elapsed_before() {
    for (elapsed, expected) in [
        (8_999, "b"),
        (9_000, "the body took longer than 10s"),
        (60_000, "the body took longer than 10s"),
    ] {
        let (sender, mut body) = idle_channel(10);
        assert_eq!(poll_twice(&mut body).await, None);
        advance(Duration::from_secs(1)).await;
        sender.send("a").unwrap();
        assert_eq!(poll_twice(&mut body).await.as_deref(), Some("a"));
        advance(Duration::from_millis(elapsed)).await;
        sender.send("b").unwrap();
        let frame = poll_twice(&mut body).await;
        assert_eq!(frame.as_deref(), Some(expected), "{elapsed}");
    }
}

/// An empty frame of HTTP/2 costs the client nothing.
#[tokio::test(start_paused = true)]
async fn empty_frame_does_not_extend_idle_timeout() {
    let (sender, mut body) = idle_channel(60);
    assert_eq!(poll_twice(&mut body).await, None);
    advance(IDLE / 2).await;
    sender.send("").unwrap();
    assert_eq!(poll_twice(&mut body).await.as_deref(), Some(""));
    assert_eq!(poll_twice(&mut body).await, None);
    advance(IDLE / 2).await;
    let error = poll_twice(&mut body).await;
    assert_eq!(error.as_deref(), Some("the body stalled for 3s"));
}

/// A byte each 2.9 s never stalls.
#[tokio::test(start_paused = true)]
async fn frames_within_idle_timeout_exceed_timeout_of_whole_body() {
    let (sender, mut body) = idle_channel(10);
    assert_eq!(poll_twice(&mut body).await, None);
    for _ in 0..3 {
        advance(Duration::from_millis(2_900)).await;
        sender.send("a").unwrap();
        assert_eq!(poll_twice(&mut body).await.as_deref(), Some("a"));
        assert_eq!(poll_twice(&mut body).await, None);
    }
    advance(Duration::from_millis(1_300)).await;
    let error = poll_twice(&mut body).await;
    assert_eq!(error.as_deref(), Some("the body took longer than 10s"));
}

#[tokio::test(start_paused = true)]
async fn reader_of_stalled_body_is_woken() {
    let (sender, body) = idle_channel(60);
    sender.send("a").unwrap();
    let error = body.collect().await.unwrap_err();
    assert_eq!(BodyTimeout::find(&*error), Some(BodyTimeout::Idle(IDLE)));
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
        let is_pending =
            poll_fn(|context| Poll::Ready(Pin::new(&mut body).poll_frame(context).is_pending()));
        assert!(is_pending.await);
        sender.send("a").unwrap();
        drop(sender);
        assert_eq!(body.collect().await.unwrap().to_bytes(), "a");
    });
}

#[test]
fn size_hint_and_end_match_inner_body() {
    let timed = |body| TimedBody::new(body, &Limits::DEFAULT, BodyWait::default());
    let body = timed(Body::from("four"));
    assert_eq!(body.size_hint().exact(), Some(4));
    assert!(!body.is_end_stream() && timed(Body::empty()).is_end_stream());
}
