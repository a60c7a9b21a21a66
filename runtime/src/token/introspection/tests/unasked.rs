//! Answers that nobody asked for: no token may get what was said of another.
//!
//! A connection serves many questions, one after the other, and nothing in an answer says which
//! token it is about: it must be the answer to the question before it (CWE-444). A connection that
//! says more than it was asked is closed; one whose answer did not come in time is as well
//! (`slow.rs`).

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpStream;

use super::*;

/// What the endpoint says after its first answer on each connection.
#[derive(Clone, Copy, Debug)]
enum More {
    /// One answer more in the same breath.
    AtOnce,
    /// One answer more, once the first was read.
    Later,
    /// A body longer than was announced.
    LongerBody,
    /// A body that is announced twice, in two lengths ([RFC 9112 §6.3]).
    ///
    /// [RFC 9112 §6.3]: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    TwoLengths,
    /// A body that is announced by its length, and in chunks.
    LengthAndChunks,
}

impl More {
    /// The first answer with what follows; then what comes later.
    fn said(self, active: &str) -> (String, String) {
        let inactive = r#"{"active":false}"#;
        let start = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
        let plain = |json: &str| format!("{start}content-length: {}\r\n\r\n{json}", json.len());
        let (first, more) = (plain(inactive), plain(active));
        match self {
            Self::AtOnce => (first + &more, String::new()),
            Self::Later => (first, more),
            Self::LongerBody => (first + active, String::new()),
            Self::TwoLengths => {
                let whole = inactive.len() + more.len();
                let lengths = format!("content-length: 16\r\ncontent-length: {whole}\r\n\r\n");
                (format!("{start}{lengths}{inactive}{more}"), String::new())
            }
            Self::LengthAndChunks => {
                let both = "content-length: 16\r\ntransfer-encoding: chunked\r\n\r\n";
                let chunks = format!("10\r\n{inactive}\r\n0\r\n\r\n{more}");
                (format!("{start}{both}{chunks}"), String::new())
            }
        }
    }
}

/// An endpoint that says more than it is asked; how many connections its askers have closed.
async fn talkative(more: More, closed: Arc<AtomicUsize>) -> String {
    let (listener, url) = silent().await;
    let now = TestClock::new().now().as_secs();
    let active = format!(
        r#"{{"active":true,"sub":"a","aud":"https://api.example","iat":{now},"exp":{}}}"#,
        now + 60
    );
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let said = more.said(&active);
            tokio::spawn(say(socket, said, Arc::clone(&closed)));
        }
    });
    url
}

async fn say(mut socket: TcpStream, (first, later): (String, String), closed: Arc<AtomicUsize>) {
    while let Ok(1..) = socket.read(&mut [0; 4096]).await {
        let _ = socket.write_all(first.as_bytes()).await;
        sleep(Duration::from_millis(5)).await;
        let _ = socket.write_all(later.as_bytes()).await;
    }
    closed.fetch_add(1, Ordering::Relaxed);
}

#[tokio::test]
async fn what_stands_behind_an_answer_is_nobodys() {
    for more in [
        More::AtOnce,
        More::LongerBody,
        More::TwoLengths,
        More::LengthAndChunks,
    ] {
        let introspector = introspector(talkative(more, Arc::default()).await);
        introspector.health.answered();
        for n in 0..20 {
            let judged = introspector
                .judge(format!("opq.{n}").as_bytes(), None)
                .await;
            assert!(judged.is_err(), "{more:?}: {n}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_says_more_than_it_was_asked_is_closed() {
    for more in [
        More::AtOnce,
        More::Later,
        More::LongerBody,
        More::TwoLengths,
        More::LengthAndChunks,
    ] {
        let closed = Arc::new(AtomicUsize::new(0));
        let introspector = introspector(talkative(more, Arc::clone(&closed)).await);
        introspector.health.answered();
        for n in 1..4 {
            let judged = introspector
                .judge(format!("opq.{n}").as_bytes(), None)
                .await;
            assert!(judged.is_err(), "{more:?}: {n}");
            let begun = std::time::Instant::now();
            while closed.load(Ordering::Relaxed) < n {
                assert!(begun.elapsed() < Duration::from_secs(5), "{more:?}: {n}");
                sleep(Duration::from_millis(1)).await;
            }
        }
    }
}
