//! Unsolicited responses: a token must never get the response for another token (CWE-444).
//!
//! A connection is used for many requests, and no response names its token. A connection with
//! unsolicited data is therefore closed, as is one whose response is late (`slow.rs`).

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpStream;

use super::*;

/// The unsolicited data after the first response on a connection.
#[derive(Clone, Copy, Debug)]
enum Unsolicited {
    /// A second response together with the first.
    AtOnce,
    /// A second response after the first was read.
    Later,
    /// A body longer than its `content-length`.
    LongerBody,
    /// Two different `content-length` fields ([RFC 9112 §6.3]).
    ///
    /// [RFC 9112 §6.3]: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    TwoLengths,
    /// Both `content-length` and `transfer-encoding`.
    LengthAndChunks,
}

impl Unsolicited {
    /// Returns what is sent at once, and what is sent later.
    fn responses(self, active: &str) -> (String, String) {
        let inactive = r#"{"active":false}"#;
        let start = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
        let plain = |json: &str| format!("{start}content-length: {}\r\n\r\n{json}", json.len());
        let (first, second) = (plain(inactive), plain(active));
        match self {
            Self::AtOnce => (first + &second, String::new()),
            Self::Later => (first, second),
            Self::LongerBody => (first + active, String::new()),
            Self::TwoLengths => {
                let whole = inactive.len() + second.len();
                let lengths = format!("content-length: 16\r\ncontent-length: {whole}\r\n\r\n");
                (format!("{start}{lengths}{inactive}{second}"), String::new())
            }
            Self::LengthAndChunks => {
                let both = "content-length: 16\r\ntransfer-encoding: chunked\r\n\r\n";
                let chunks = format!("10\r\n{inactive}\r\n0\r\n\r\n{second}");
                (format!("{start}{both}{chunks}"), String::new())
            }
        }
    }
}

/// Starts an endpoint that sends unsolicited data, and counts the connections that are closed.
async fn unsolicited_endpoint(unsolicited: Unsolicited, closed: Arc<AtomicUsize>) -> String {
    let (listener, url) = silent().await;
    let now = TestClock::new().now().as_secs();
    let active = format!(
        r#"{{"active":true,"sub":"a","aud":"https://api.example","iat":{now},"exp":{}}}"#,
        now + 60
    );
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let responses = unsolicited.responses(&active);
            tokio::spawn(respond(socket, responses, Arc::clone(&closed)));
        }
    });
    url
}

async fn respond(
    mut socket: TcpStream,
    (first, later): (String, String),
    closed: Arc<AtomicUsize>,
) {
    while let Ok(1..) = socket.read(&mut [0; 4096]).await {
        let _ = socket.write_all(first.as_bytes()).await;
        sleep(Duration::from_millis(5)).await;
        let _ = socket.write_all(later.as_bytes()).await;
    }
    closed.fetch_add(1, Ordering::Relaxed);
}

#[tokio::test]
async fn unsolicited_response_is_never_used() {
    for unsolicited in [
        Unsolicited::AtOnce,
        Unsolicited::LongerBody,
        Unsolicited::TwoLengths,
        Unsolicited::LengthAndChunks,
    ] {
        let introspector = introspector(unsolicited_endpoint(unsolicited, Arc::default()).await);
        introspector.health.record_success();
        for n in 0..20 {
            let result = introspector
                .validate(format!("opq.{n}").as_bytes(), None)
                .await;
            assert!(result.is_err(), "{unsolicited:?}: {n}");
        }
    }
}

#[tokio::test]
async fn connection_with_unsolicited_data_is_closed() {
    for unsolicited in [
        Unsolicited::AtOnce,
        Unsolicited::Later,
        Unsolicited::LongerBody,
        Unsolicited::TwoLengths,
        Unsolicited::LengthAndChunks,
    ] {
        let closed = Arc::new(AtomicUsize::new(0));
        let introspector =
            introspector(unsolicited_endpoint(unsolicited, Arc::clone(&closed)).await);
        introspector.health.record_success();
        for n in 1..4 {
            let result = introspector
                .validate(format!("opq.{n}").as_bytes(), None)
                .await;
            assert!(result.is_err(), "{unsolicited:?}: {n}");
            let start = std::time::Instant::now();
            while closed.load(Ordering::Relaxed) < n {
                assert!(
                    start.elapsed() < Duration::from_secs(5),
                    "{unsolicited:?}: {n}"
                );
                tokio::task::yield_now().await;
            }
        }
    }
}
