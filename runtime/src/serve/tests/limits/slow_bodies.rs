//! Requests that wait for the rest of their bodies, which have a count of their own: twice the limit of requests.

use super::*;

impl Running {
    /// Sends a request whose body lacks its last byte.
    async fn begin_upload(&self, path: &str) -> TcpStream {
        let mut stream = self.connect().await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: api\r\nConnection: close\r\nContent-Type: application/octet-stream\r\nContent-Length: 2\r\n\r\na"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    /// Begins an upload, once no other one is running.
    async fn begin_waiting_upload(&self, path: &str) -> TcpStream {
        let upload = self.begin_upload(path).await;
        while !is_ok(&self.get("/").await) {}
        upload
    }

    async fn assert_overloaded(&self, path: &str) {
        let response = rest(&mut self.begin_upload(path).await).await;
        assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
        assert!(response.contains("retry-after: 1\r\n"), "{response}");
        assert!(response.contains(ProblemType::OVERLOADED.uri()));
        assert!(response.contains(r#""mapped":true"#), "{response}");
    }
}

async fn complete(stream: &mut TcpStream) {
    stream.write_all(b"b").await.unwrap();
}

#[tokio::test]
async fn slow_bodies_leave_requests_to_others() {
    let server = start(|server| server.request_limit(2)).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        slow.push(server.begin_waiting_upload("/upload").await);
    }
    // only uploads are refused, whatever their number
    for _ in 0..5 {
        server.assert_overloaded("/upload").await;
        assert!(is_ok(&server.get("/").await));
    }
    for stream in &mut slow {
        complete(stream).await;
        assert!(is_ok(&rest(stream).await));
    }
    let mut next = server.begin_waiting_upload("/upload").await;
    complete(&mut next).await;
    assert!(is_ok(&rest(&mut next).await));
}

#[tokio::test]
async fn slow_body_that_ends_early_makes_room() {
    let server = start(|server| server.request_limit(1)).await;
    for _ in 0..3 {
        let slow = [
            server.begin_waiting_upload("/upload").await,
            server.begin_waiting_upload("/upload").await,
        ];
        server.assert_overloaded("/upload").await;
        drop(slow);
        // until the server has noticed
        let mut next = loop {
            let mut upload = server.begin_waiting_upload("/upload").await;
            complete(&mut upload).await;
            let response = rest(&mut upload).await;
            if is_ok(&response) {
                break server.begin_waiting_upload("/upload").await;
            }
        };
        complete(&mut next).await;
        assert!(is_ok(&rest(&mut next).await));
    }
}

#[tokio::test]
async fn request_counts_again_once_its_body_is_complete() {
    let server = start(|server| server.request_limit(1)).await;
    let mut upload = server.begin_waiting_upload("/upload-wait").await;
    complete(&mut upload).await;
    server.gate.entered.notified().await;
    assert!(server.get("/").await.starts_with("HTTP/1.1 503 "));
    server.gate.opened.notify_one();
    assert!(is_done(&rest(&mut upload).await));
    while !is_ok(&server.get("/").await) {}
}

/// A response may end before the body of the request does.
#[tokio::test]
async fn unread_slow_body_does_not_count_after_its_response() {
    let server = start(|server| server.request_limit(1)).await;
    for _ in 0..5 {
        let mut upload = server.begin_upload("/ignore").await;
        let mut response = [0; 12];
        upload.read_exact(&mut response).await.unwrap();
        assert_eq!(&response, b"HTTP/1.1 200");
        while !is_ok(&server.get("/").await) {}
        assert!(server.get("/").await.starts_with("HTTP/1.1 200 "));
    }
    let _held = server.send("/wait").await;
    server.gate.entered.notified().await;
    assert!(server.get("/").await.starts_with("HTTP/1.1 503 "));
}

#[tokio::test(start_paused = true)]
async fn slow_body_ends_at_its_own_time() {
    let server = start(|server| server.request_limit(1)).await;
    // a client that keeps its direction open, as one that sends more bytes does
    let mut slow = server.begin_waiting_upload("/upload").await;
    let start = Instant::now();
    let mut response = String::new();
    slow.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert_eq!(start.elapsed().as_secs(), 30);
    assert!(is_ok(&server.get("/").await));
}

fn is_done(response: &str) -> bool {
    response.starts_with("HTTP/1.1 200 ") && response.ends_with("done")
}
