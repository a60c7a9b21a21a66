//! Bodies of HTTP/2 that are unread when the response is complete.

use super::http2::*;
use super::*;

/// Some clients, such as curl 7.88, report a reset as an error even after the whole response.
#[tokio::test]
async fn unread_body_is_reset_only_over_the_limit() {
    let (ca, server) = start().await;
    let block = |length: &str, expectation: &[u8]| {
        let length_field = [&[0x0F, 0x0D, 0x07][..], length.as_bytes()].concat();
        let path = [
            &[0x83, 0x87, 0x04, 0x07][..],
            b"/orders",
            &[0x41, 0x09],
            b"localhost",
        ];
        [&path.concat(), &length_field, expectation].concat()
    };
    let expectation = [&[0x0F, 0x14, 0x0C][..], b"100-continue"].concat();
    for (length, expectation, is_reset) in [
        ("3000000", &[][..], false),
        ("3000000", &expectation, false),
        ("9000000", &[], true),
        ("9000000", &expectation, true),
    ] {
        let mut stream = open(&ca, &server).await;
        let mut bytes = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
        bytes.extend(frame(HEADERS, END_HEADERS, 1, &block(length, expectation)));
        stream.write_all(&bytes).await.unwrap();
        let mut response_ended = false;
        let mut sent = 0;
        let mut window = 65_535;
        loop {
            // the body follows when the response is complete
            while response_ended && !is_reset && sent < 3_000_000 && window > sent {
                let size = 16_000.min(window - sent).min(3_000_000 - sent);
                let flags = if sent + size == 3_000_000 {
                    END_STREAM
                } else {
                    0
                };
                let data = frame(DATA, flags, 1, &vec![b'x'; size]);
                stream.write_all(&data).await.unwrap();
                sent += size;
            }
            if sent == 3_000_000 {
                break;
            }
            let (kind, id, payload) = read_frame(&mut stream).await.unwrap();
            match kind {
                HEADERS | DATA if id == 1 => response_ended |= kind == DATA,
                WINDOW_UPDATE if id == 1 => {
                    window +=
                        usize::try_from(u32::from_be_bytes(payload.try_into().unwrap())).unwrap();
                }
                SETTINGS if !payload.is_empty() => {
                    // the larger window counts from the acknowledgment on
                    let acknowledged = frame(SETTINGS, 1, 0, &[]);
                    stream.write_all(&acknowledged).await.unwrap();
                    window = 256 * 1024;
                }
                RST_STREAM => {
                    assert!(is_reset, "{sent} {payload:?}");
                    assert_eq!(payload, [0; 4], "NO_ERROR");
                    break;
                }
                _ => {}
            }
        }
        assert!(response_ended);
        // the connection is usable
        let get = [&[0x82, 0x87, 0x84, 0x41, 0x09][..], b"localhost"].concat();
        let get = frame(HEADERS, END_HEADERS | END_STREAM, 3, &get);
        stream.write_all(&get).await.unwrap();
        while let Some((kind, id, _)) = read_frame(&mut stream).await {
            assert!(kind != RST_STREAM, "{id}");
            if (kind, id) == (HEADERS, 3) {
                break;
            }
        }
    }
}
