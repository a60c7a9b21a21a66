//! Tests of servers behind proxies.

mod fields;

use std::future::pending;

use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::Network;

const FOR: &str = "x-forwarded-for";

/// Responds with the address of the client, and the fields that a layer sees.
async fn describe(request: Request, next: Next) -> Response {
    let described = description(&request);
    let mut response = next.run(request).await;
    response.headers_mut().extend(described);
    response
}

fn description(request: &Request) -> [(HeaderName, HeaderValue); 3] {
    let client = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let client = client.map_or("none".to_owned(), |client| client.0.ip().to_string());
    let count = |name| request.headers().get_all(name).iter().count().to_string();
    [
        ("x-client", client),
        ("x-hops", count(FOR)),
        ("x-scheme", count("x-forwarded-proto")),
    ]
    .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
}

#[public(reason = "a test")]
async fn connection(ConnectInfo(client): ConnectInfo<SocketAddr>) -> String {
    client.to_string()
}

async fn proxied_api() -> crate::Api {
    let routes = SecureRouter::new()
        .route("/", get(connection))
        .layer(from_fn(describe));
    TestApi::new(routes).await.api().clone()
}

/// Sends a request with fields, and returns the response.
async fn exchange(address: SocketAddr, fields: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("GET / HTTP/1.1\r\nHost: api\r\n{fields}Connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn layers_and_handlers_see_the_client_behind_a_proxy() {
    let loopback: Network = "127.0.0.1".parse().unwrap();
    let server = serve(proxied_api().await).behind_proxy([loopback]);
    let bound = server.bind("0.0.0.0:0").await.unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], bound.local_addr().port()));
    let server = tokio::spawn(bound.run_until(pending()));
    let fields = "X-Forwarded-For: 1.1.1.1, 192.0.2.1:9\r\nX-Forwarded-Proto: https\r\n";
    let response = exchange(address, fields).await;
    for expected in [
        "\r\nx-client: 192.0.2.1\r\n",
        "\r\nx-hops: 1\r\n",
        "\r\nx-scheme: 1\r\n",
        "192.0.2.1:9",
    ] {
        assert!(response.contains(expected), "{expected}: {response}");
    }
    let response = exchange(address, "X-Forwarded-For: x\r\n").await;
    assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    assert!(response.contains("application/problem+json"), "{response}");
    server.abort();
}

#[tokio::test]
async fn fields_of_a_client_are_removed_without_a_proxy() {
    let elsewhere: Network = "10.0.0.0/8".parse().unwrap();
    let servers = [
        serve(proxied_api().await),
        serve(proxied_api().await).behind_proxy([elsewhere]),
    ];
    for server in servers {
        let bound = server.bind("127.0.0.1:0").await.unwrap();
        let address = bound.local_addr();
        let server = tokio::spawn(bound.run_until(pending()));
        let fields = "X-Forwarded-For: 192.0.2.1\r\nx-forwarded-for: 192.0.2.2\r\nX-Forwarded-Proto: https\r\n";
        let response = exchange(address, fields).await;
        for expected in [
            "\r\nx-client: 127.0.0.1\r\n",
            "\r\nx-hops: 0\r\n",
            "\r\nx-scheme: 0\r\n",
        ] {
            assert!(response.contains(expected), "{expected}: {response}");
        }
        server.abort();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn proxy_on_a_unix_socket_names_the_client() {
    let path = std::env::temp_dir().join(format!("palisade-{}-proxied.sock", std::process::id()));
    for (server, client, status) in [
        (
            serve(proxied_api().await).behind_proxy([]),
            "192.0.2.1",
            "200",
        ),
        (serve(proxied_api().await), "none", "500"),
    ] {
        let bound = server.bind_unix(&path).await.unwrap();
        let server = tokio::spawn(bound.run_until(pending()));
        let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
        let head = "GET / HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        assert!(
            response.contains(&format!("\r\nx-client: {client}\r\n")),
            "{response}"
        );
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response}"
        );
        server.abort();
        let _ = server.await;
    }
}

#[tokio::test]
async fn refused_address_names_the_three_ways_out() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[2001:db8::1]:0"] {
        let error = serve(api().await).bind(address).await.unwrap_err();
        assert!(matches!(error, ServeError::NotLoopback { .. }), "{address}");
        let text = error.to_string();
        for way in [".tls(", "loopback or a Unix socket", ".behind_proxy("] {
            assert!(text.contains(way), "{way}: {text}");
        }
    }
    for address in ["0.0.0.0:0", "127.0.0.1:0"] {
        let error = serve(api().await).behind_proxy([]).bind(address).await;
        assert!(matches!(error, Err(ServeError::NoProxy)), "{address}");
    }
}
