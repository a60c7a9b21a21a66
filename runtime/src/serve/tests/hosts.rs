//! The host of a request, which is checked without [`Api::hosts`](crate::Api::hosts), too.

use std::future::pending;

use super::*;

#[public(reason = "a test")]
async fn hello() -> &'static str {
    "hello"
}

#[public(reason = "a test", unvalidated = "a test")]
async fn host(Unvalidated(headers): Unvalidated<http::HeaderMap>) -> String {
    let hosts = headers.get_all("host").iter();
    let hosts: Vec<_> = hosts.map(|host| host.to_str().unwrap()).collect();
    format!("host {}", hosts.join(", "))
}

/// RFC 9112 §3.2.2: a handler that builds a link from `Host` gets the host that was checked.
#[tokio::test]
async fn host_of_an_absolute_target_replaces_the_field() {
    let routes = SecureRouter::new().route("/", get(host));
    let api = TestApi::new(routes).await.api().clone();
    let bound = serve(api).bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(pending()));
    for (line, fields, expected) in [
        ("GET / HTTP/1.1", &["Host: api.example"][..], "api.example"),
        (
            "GET / HTTP/1.1",
            &["Host: api.example:80"],
            "api.example:80",
        ),
        (
            "GET http://api.example/ HTTP/1.1",
            &["Host: evil.example"],
            "api.example",
        ),
        (
            "GET http://api.example:8080/ HTTP/1.1",
            &["Host: api.example"],
            "api.example:8080",
        ),
        (
            "GET https://[::1]/ HTTP/1.1",
            &["Host: evil.example"],
            "[::1]",
        ),
        ("GET http://api.example/ HTTP/1.0", &[], "api.example"),
        (
            "GET http://api.example/ HTTP/1.0",
            &["Host: evil.example"],
            "api.example",
        ),
    ] {
        let response = response(address, line, fields).await;
        let expected = format!("\r\n\r\nhost {expected}");
        assert!(
            response.ends_with(&expected),
            "{line} {fields:?}: {response}"
        );
    }
    server.abort();
}

/// Sends a head, and returns the first line of the response.
async fn status_line(address: SocketAddr, line: &str, fields: &[&str]) -> String {
    let response = response(address, line, fields).await;
    response.lines().next().unwrap_or_default().to_owned()
}

async fn response(address: SocketAddr, line: &str, fields: &[&str]) -> String {
    let fields: String = fields.iter().flat_map(|field| [*field, "\r\n"]).collect();
    let head = format!("{line}\r\n{fields}Connection: close\r\n\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

/// RFC 9112 §3.2. Only HTTP/1.0 has requests without a host.
#[tokio::test]
async fn missing_duplicate_or_malformed_host_returns_400() {
    let routes = SecureRouter::new().route("/", get(hello));
    let api = TestApi::new(routes).await.api().clone();
    let bound = serve(api).bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(pending()));
    for (line, fields, status) in [
        ("GET / HTTP/1.1", &["Host: api.example"][..], "200"),
        ("GET / HTTP/1.1", &["Host: any_name:8080"], "200"),
        ("GET / HTTP/1.0", &[], "200"),
        ("GET http://other.example/ HTTP/1.1", &["Host: a"], "200"),
        ("GET /unknown HTTP/1.1", &["Host: a"], "404"),
        ("GET / HTTP/1.1", &[], "400"),
        ("GET /unknown HTTP/1.1", &[], "400"),
        ("GET http://a/ HTTP/1.1", &[], "400"),
        ("GET / HTTP/1.1", &["Host: a", "Host: a"], "400"),
        ("GET / HTTP/1.1", &["Host: a", "hOST: b"], "400"),
        ("GET / HTTP/1.0", &["Host: a", "Host: b"], "400"),
        ("GET / HTTP/1.1", &["Host:"], "400"),
        ("GET / HTTP/1.1", &["Host: a, b"], "400"),
        ("GET / HTTP/1.1", &["Host: user@a"], "400"),
        ("GET / HTTP/1.1", &["Host: a/b"], "400"),
        ("GET https://a/ HTTP/1.1", &["Host: a"], "200"),
        ("GET HTTP://a/ HTTP/1.1", &["Host: a"], "200"),
        ("GET ftp://a/ HTTP/1.1", &["Host: a"], "400"),
        ("GET file://a/ HTTP/1.1", &["Host: a"], "400"),
        ("GET ws://a/ HTTP/1.0", &[], "400"),
        ("POST httpsx://a/ HTTP/1.1", &["Host: a"], "400"),
        ("GET a:80 HTTP/1.1", &["Host: a:80"], "400"),
        ("CONNECT a:80 HTTP/1.1", &["Host: a:80"], "405"),
        ("GET / HTTP/1.1", &["Host: http://a"], "400"),
        ("GET / HTTP/1.1", &["Host: a:port"], "400"),
        ("GET / HTTP/1.1", &["Host: \u{e9}"], "400"),
    ] {
        let response = status_line(address, line, fields).await;
        assert!(response.contains(status), "{line} {fields:?}: {response}");
    }
    server.abort();
}
