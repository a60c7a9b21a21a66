//! Attacks that require a real socket.

use std::time::Duration;

use palisade::prelude::*;
use palisade::testing::EmbeddedIssuer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Note {
    #[garde(length(bytes, max = 10))]
    text: String,
}

#[secured(authenticated)]
async fn keep_note(Valid(Json(note)): Valid<Json<Note>>) -> String {
    note.text
}

/// Serves the API on loopback, sends `head`, and returns the start of the response.
async fn send_head(head: &str) -> String {
    let issuer = EmbeddedIssuer::new("https://issuer.example");
    let server = ResourceServer::builder()
        .trust(issuer.issuer("https://api.example"))
        .build()
        .await
        .unwrap();
    let api = SecureRouter::new()
        .route("/notes", post(keep_note))
        .protect(server);
    let bound = palisade::serve(api).bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut response = vec![0; 1024];
    let read = timeout(Duration::from_secs(10), stream.read(&mut response))
        .await
        .expect("a response in time")
        .unwrap();
    server.abort();
    String::from_utf8_lossy(&response[..read]).into_owned()
}

/// The response arrives although the announced ten megabytes are never sent.
#[tokio::test]
async fn missing_token_returns_401_before_the_body_is_sent() {
    let head = "POST /notes HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n";
    let response = send_head(head).await;
    assert!(response.starts_with("HTTP/1.1 401 "), "{response}");
}

#[tokio::test]
async fn absolute_form_target_is_guarded_like_its_path() {
    let response = send_head(
        "POST http://elsewhere.example/notes HTTP/1.1\r\nHost: api\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    assert!(response.starts_with("HTTP/1.1 401 "), "{response}");
}

/// Ambiguous framing can smuggle a second request past a proxy.
#[tokio::test]
async fn ambiguous_framing_never_reaches_a_handler() {
    for framing in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: abc",
        "Transfer-Encoding: xchunked",
    ] {
        let response = send_head(&format!(
            "POST /notes HTTP/1.1\r\nHost: api\r\n{framing}\r\n\r\n"
        ))
        .await;
        assert!(response.starts_with("HTTP/1.1 4"), "{framing}: {response}");
    }
}
