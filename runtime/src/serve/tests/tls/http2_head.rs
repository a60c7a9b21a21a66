//! Responses to HEAD over HTTP/2.

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2::handshake;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::*;

/// RFC 9110 §9.3.2: also of paths without a route, and of responses before the API.
#[tokio::test]
async fn head_gets_no_body_over_http2() {
    let ca = Ca::new("ca");
    let server = serve(hello_api().await).tls_with(ca.issue().tls());
    let server = TlsServer::start(server).await;
    let mut config = ca.client();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TokioIo::new(server.connect(config).await.unwrap());
    let (mut sender, connection) = handshake(TokioExecutor::new(), stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let long = format!("/{}", "a".repeat(20_000));
    for (path, host, status) in [
        ("/", "localhost", 200),
        ("/nowhere", "localhost", 404),
        ("/", "other.example", 400),
        (&long, "localhost", 414),
    ] {
        let mut lengths = Vec::new();
        for method in ["GET", "HEAD"] {
            let request = http::Request::builder()
                .method(method)
                .uri(format!("https://localhost{path}"))
                .header("host", host);
            let request = request.body(Empty::<Bytes>::new()).unwrap();
            sender.ready().await.unwrap();
            let response = sender.send_request(request).await.unwrap();
            assert_eq!(response.status(), status, "{method} {path}");
            lengths.push(response.headers()["content-length"].clone());
            // the client reports a body of HEAD as an error
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body.is_empty(), method == "HEAD", "{path}");
        }
        assert_eq!(lengths[0], lengths[1], "{path}");
    }
    connection.abort();
}
