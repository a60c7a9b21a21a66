//! The host of a request over HTTP/2.

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http2::handshake;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::*;

/// RFC 9113 §8.3.1.
#[tokio::test]
async fn host_that_differs_from_the_authority_returns_400() {
    let ca = Ca::new("ca");
    let server = serve(hello_api().await).tls_with(ca.issue().tls());
    let server = TlsServer::start(server).await;
    let mut config = ca.client();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TokioIo::new(server.connect(config).await.unwrap());
    let (mut sender, connection) = handshake(TokioExecutor::new(), stream).await.unwrap();
    let connection = tokio::spawn(connection);
    for (hosts, status) in [
        (&[][..], 200),
        (&["localhost"], 200),
        (&["other.example"], 400),
        (&["localhost:1"], 400),
        (&["localhost", "localhost"], 400),
        (&[""], 400),
    ] {
        let mut request = http::Request::get("https://localhost/");
        for host in hosts {
            request = request.header("host", *host);
        }
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        sender.ready().await.unwrap();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), status, "{hosts:?}");
    }
    connection.abort();
}
