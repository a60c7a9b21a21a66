//! Forms that do not arrive: canceled, slow, refused, or shorter than promised.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};
use tower::ServiceExt;

use super::{MAX, assert_unavailable, form, test, with_limit};

/// A body that sends its chunks one by one, with a delay or a signal before the next one.
struct Slow {
    chunks: Vec<Bytes>,
    delay: Option<Duration>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Notified when the body is polled for more than it has.
    dry: Arc<Notify>,
    read: Arc<AtomicUsize>,
    ends: bool,
}

impl Slow {
    /// Creates a body that stalls after its chunks.
    fn stalled(chunks: Vec<Bytes>) -> Self {
        Self {
            chunks,
            delay: None,
            timer: None,
            dry: Arc::default(),
            read: Arc::default(),
            ends: false,
        }
    }
}

impl http_body::Body for Slow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.chunks.is_empty() {
            self.dry.notify_one();
            return if self.ends {
                Poll::Ready(None)
            } else {
                Poll::Pending
            };
        }
        if let Some(delay) = self.delay {
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(delay)));
            std::task::ready!(timer.as_mut().poll(context));
            self.timer = None;
        }
        self.read.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(self.chunks.remove(0)))))
    }
}

/// The beginning of a form: the header of a file, and `len` bytes of it.
fn beginning(len: usize) -> Vec<Bytes> {
    let header = "--b\r\nContent-Disposition: form-data; name=video; filename=a\r\nContent-Type: video/mp4\r\n\r\n";
    vec![header.into(), vec![7; len].into()]
}

const END: &[u8] = b"\r\n--b--\r\n";

fn request(path: &str, body: Slow) -> Request {
    let request = Request::post(path).header("content-type", "multipart/form-data; boundary=b");
    request.body(Body::new(body)).unwrap()
}

/// The client disconnects: the server drops the future.
#[tokio::test]
async fn canceled_request_removes_its_file() {
    let test = test().await;
    for (len, on_disk) in [(10, 0), (5000, 1), (200_000, 1)] {
        let body = Slow::stalled(beginning(len));
        let dry = Arc::clone(&body.dry);
        {
            let mut response = pin!(test.api.router().oneshot(request("/optional", body)));
            tokio::select! {
                response = &mut response => panic!("{response:?}"),
                () = dry.notified() => {}
            }
            assert_eq!(test.open_files(), on_disk, "{len}");
        }
        assert_eq!(test.open_files(), 0, "{len}");
    }
}

#[tokio::test(start_paused = true)]
async fn stalled_or_slow_form_returns_408_and_removes_its_file() {
    let test = test().await;
    let slow = |delay: u64, count: usize| {
        let mut chunks = beginning(5000);
        chunks.extend((0..count).map(|_| Bytes::from_static(&[7; 10])));
        chunks.push(END.into());
        Slow {
            delay: Some(Duration::from_millis(delay)),
            ends: true,
            ..Slow::stalled(chunks)
        }
    };
    for (body, expected) in [
        (slow(4_999, 8), "video/mp4 5080"),
        (slow(4_999, 20), "the body took longer than 60s"),
        (slow(5_001, 1), "the body stalled for 5s"),
        (Slow::stalled(beginning(5000)), "the body stalled for 5s"),
        (Slow::stalled(Vec::new()), "the body stalled for 5s"),
    ] {
        let response = test.api.router().oneshot(request("/publish", body));
        let response = response.await.unwrap();
        let status = response.status().as_u16();
        let text = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains(expected), "{text}");
        assert_eq!(
            status,
            if expected.starts_with("the") {
                408
            } else {
                200
            }
        );
        assert_eq!(test.open_files(), 0);
    }
}

/// A client that promises too much is refused at once, and one that promises too little is bounded anyway.
#[tokio::test]
async fn content_length_of_a_client_is_not_trusted() {
    let test = test().await;
    let send = async |length: &str, len: usize, ends: bool| {
        let mut chunks = beginning(len);
        if ends {
            chunks.push(END.into());
        }
        let body = Slow {
            ends: true,
            ..Slow::stalled(chunks)
        };
        let read = Arc::clone(&body.read);
        let mut request = request("/optional", body);
        request
            .headers_mut()
            .insert("content-length", length.parse().unwrap());
        let response = test.api.router().oneshot(request).await.unwrap();
        assert_eq!(test.open_files(), 0);
        (response.status().as_u16(), read.load(Ordering::Relaxed))
    };
    assert_eq!(send("1048577", 10, true).await, (413, 0));
    assert_eq!(send("99999999999", 10, true).await, (413, 0));
    assert_eq!(send("10", 5000, true).await, (200, 3));
    assert_eq!(send("10", MAX + 100, true).await, (422, 2));
    assert_eq!(send("1000000", 5000, false).await, (400, 2));
}

#[tokio::test]
async fn refused_request_leaves_its_form_unread() {
    let test = test().await;
    let other = test.api.caller("alice").scopes("films:read").token();
    for (token, expected) in [("", 401), (&*other, 403)] {
        let body = Slow::stalled(beginning(5000));
        let read = Arc::clone(&body.read);
        let mut request = request("/upload", body);
        if !token.is_empty() {
            let bearer = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("authorization", bearer);
        }
        let response = test.api.router().oneshot(request).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), read.load(Ordering::Relaxed)),
            (expected, 0)
        );
    }
    let request = test
        .api
        .caller("alice")
        .scopes("films:write")
        .post("/upload");
    let response = request.multipart(form("video", 5000)).send().await;
    assert_eq!(response.text(), " video/mp4 5000 true true");
}

#[tokio::test]
async fn files_of_all_requests_share_the_limit_of_the_server() {
    let test = with_limit(200_000).await;
    let body = Slow::stalled(beginning(150_000));
    let dry = Arc::clone(&body.dry);
    let mut first = Box::pin(test.api.router().oneshot(request("/optional", body)));
    tokio::select! {
        response = &mut first => panic!("{response:?}"),
        () = dry.notified() => {}
    }
    let second = async |len| {
        let request = test.api.anonymous().post("/optional");
        request.multipart(form("video", len)).send().await
    };
    assert_unavailable(&second(100_000).await, test.directory.0.path());
    assert_eq!(second(60_000).await.status(), 200);
    drop(first);
    assert_eq!(second(100_000).await.status(), 200);
    assert_eq!(second(200_000).await.status(), 200);
}
