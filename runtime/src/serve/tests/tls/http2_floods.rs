//! Frames of HTTP/2 without requests, and as many that belong to requests.

use super::http2::{
    END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS, frame, open, read_frame, start,
};
use super::*;

/// CVE-2019-9512, CVE-2019-9515, and the same with other frames.
#[tokio::test]
async fn flood_of_frames_without_a_request_ends_the_connection() {
    const PRIORITY: u8 = 2;
    const PING: u8 = 6;
    const WINDOW_UPDATE: u8 = 8;
    const UNKNOWN: u8 = 0xfa;
    let head = [&[0x82, 0x87, 0x84, 0x41, 0x09][..], b"localhost"].concat();
    for (kind, stream_id, payload) in [
        (PING, 0, &[0; 8][..]),
        (SETTINGS, 0, &[]),
        (WINDOW_UPDATE, 0, &[0, 0, 0, 1]),
        (PRIORITY, 3, &[0, 0, 0, 0, 16]),
        (UNKNOWN, 0, b"x"),
    ] {
        let (ca, server) = start().await;
        let mut stream = open(&ca, &server).await;
        let mut bytes = PREFACE.to_vec();
        bytes.extend(frame(SETTINGS, 0, 0, &[]));
        bytes.extend(frame(kind, 0, stream_id, payload).repeat(5_000));
        bytes.extend(frame(HEADERS, END_HEADERS | END_STREAM, 1, &head));
        let _ = stream.write_all(&bytes).await;
        while let Some((kind_received, ..)) = read_frame(&mut stream).await {
            assert_ne!(kind_received, HEADERS, "{kind} got a response");
        }
    }
}

/// A client that updates both windows for every frame of its responses.
#[tokio::test]
async fn frames_that_belong_to_requests_do_not_end_the_connection() {
    const WINDOW_UPDATE: u8 = 8;
    let (ca, server) = start().await;
    let mut stream = open(&ca, &server).await;
    let head = [&[0x82, 0x87, 0x84, 0x41, 0x09][..], b"localhost"].concat();
    let opening = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
    stream.write_all(&opening).await.unwrap();
    for number in 0..2_000 {
        let id = 2 * number + 1;
        let mut request = frame(HEADERS, END_HEADERS | END_STREAM, id, &head);
        request.extend(frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]).repeat(3));
        stream.write_all(&request).await.unwrap();
        let is_response = |kind, stream| kind == HEADERS && stream == id;
        loop {
            let (kind, stream, _) = read_frame(&mut stream).await.unwrap();
            if is_response(kind, stream) {
                break;
            }
        }
    }
}
