//! The limits of HTTP/2 that a server sets, and those that are fixed.

use super::http2::{
    END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, RST_STREAM, SETTINGS, frame, open,
    read_frame,
};
use super::*;

/// A client within the limit gets the answer to its ping.
#[tokio::test]
async fn reset_limit_is_adjustable() {
    let resets = 30_u32;
    for (limit, is_disconnected) in [(20, true), (1000, false)] {
        let ca = Ca::new("ca");
        let server = serve(hello_api().await).reset_limit(limit);
        let server = TlsServer::start(server.tls_with(ca.issue().tls())).await;
        let mut stream = open(&ca, &server).await;
        let head = [&[0x82, 0x87, 0x84, 0x41, 0x09][..], b"localhost"].concat();
        let mut bytes = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
        for id in (0..resets).map(|number| number * 2 + 1) {
            bytes.extend(frame(HEADERS, END_HEADERS | END_STREAM, id, &head));
            bytes.extend(frame(RST_STREAM, 0, id, &8_u32.to_be_bytes()));
        }
        bytes.extend(frame(PING, 0, 0, b"12345678"));
        stream.write_all(&bytes).await.unwrap();
        let is_end =
            |kind, payload: &[u8]| kind == GOAWAY || (kind == PING && payload == b"12345678");
        let kind = loop {
            let (kind, _, payload) = read_frame(&mut stream).await.unwrap();
            if is_end(kind, &payload) {
                break kind;
            }
        };
        assert_eq!(kind == GOAWAY, is_disconnected, "{limit}");
    }
}

#[tokio::test]
async fn stream_limit_is_announced() {
    for limit in [100, 1, 5000] {
        let ca = Ca::new("ca");
        let server = serve(hello_api().await).stream_limit(limit);
        let server = TlsServer::start(server.tls_with(ca.issue().tls())).await;
        let mut stream = open(&ca, &server).await;
        let bytes = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
        stream.write_all(&bytes).await.unwrap();
        let (_, _, payload) = read_frame(&mut stream).await.unwrap();
        let expected = [&[0, 3][..], &limit.to_be_bytes()].concat();
        assert!(
            payload.chunks(6).any(|setting| setting == expected),
            "{payload:?}"
        );
    }
}

#[tokio::test]
async fn limits_of_http2_are_listed() {
    let api = hello_api().await;
    let plain = serve(api.clone()).summary();
    assert!(!plain.iter().any(|line| line.contains("HTTP/2")));
    let server = serve(api).stream_limit(7).reset_limit(8);
    let summary = server.tls_with(Ca::new("ca").issue().tls()).summary();
    for expected in [
        "stream_limit: 7",
        "reset_limit: 8",
        "fixed, HTTP/2: 2000 frames without a request at once, 100 per second",
        "fixed, HTTP/2: 2097152 bytes without a request at once, 4096 per second",
        "fixed, HTTP/2: 262144 bytes of a body that no handler has read, 1048576 of a connection",
        "fixed, HTTP/2: 2048 responses that no client reads, or bodies that no client sends",
        "fixed, HTTP/2: 1073741824 bytes of bodies that are discarded",
        "fixed, HTTP/2: 256 bodies that are dropped",
        "fixed, HTTP/2: a ping after 30s, with 20s for its answer",
    ] {
        assert!(summary.contains(&expected.to_owned()), "{summary:#?}");
    }
}
