//! Frames of HTTP/2 (RFC 9113), and header blocks of HPACK (RFC 7541).

use crate::tls::identity::NAME;
use crate::tokens::PATH;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

/// Of SETTINGS and PING.
pub(crate) const ACK: u8 = 1;
/// Of DATA and HEADERS.
pub(crate) const END_STREAM: u8 = 1;
/// Of HEADERS and CONTINUATION.
pub(crate) const END_HEADERS: u8 = 4;

/// The length of a frame's head.
pub(crate) const HEAD: usize = 9;

/// The bytes that start a connection, before the first frame.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// `:status: 200` in the static table.
pub(crate) const STATUS_200: u8 = 0x88;

/// A received frame.
pub(crate) struct Frame<'a> {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) payload: &'a [u8],
}

/// Returns the bytes of a frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(payload.len())
        .unwrap_or(u32::MAX)
        .to_be_bytes();
    let mut bytes = Vec::with_capacity(HEAD + payload.len());
    bytes.extend(length);
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Returns the first bytes of a client: the connection's window is open for 2 GiB, that of each stream has `window` bytes.
pub(crate) fn opening(window: u32) -> Vec<u8> {
    const INITIAL_WINDOW_SIZE: [u8; 2] = [0, 4];
    const DEFAULT_WINDOW: u32 = 65_535;
    let setting = [&INITIAL_WINDOW_SIZE[..], &window.to_be_bytes()].concat();
    let increment = (i32::MAX.unsigned_abs() - DEFAULT_WINDOW).to_be_bytes();
    [
        PREFACE,
        &frame(SETTINGS, 0, 0, &setting),
        &frame(WINDOW_UPDATE, 0, 0, &increment),
    ]
    .concat()
}

/// Returns the header block of a request over `https`; it does not use the dynamic table.
pub(crate) fn request(method: Method, path: &str) -> Vec<u8> {
    const HTTPS: u8 = 0x87;
    const AUTHORITY: u8 = 0x01;
    const PATH: u8 = 0x04;
    let mut block = vec![method as u8, HTTPS];
    for (name, value) in [(AUTHORITY, NAME), (PATH, path)] {
        block.push(name);
        block.extend(string(value.as_bytes()));
    }
    block
}

/// Methods by their index in the static table.
#[derive(Clone, Copy)]
pub(crate) enum Method {
    Get = 0x82,
    Post = 0x83,
}

/// Returns a string literal that is not compressed.
pub(crate) fn string(bytes: &[u8]) -> Vec<u8> {
    let mut literal = integer(bytes.len(), 7);
    literal.extend(bytes);
    literal
}

/// Returns an integer with a prefix of some bits (RFC 7541 §5.1); the other bits of the first byte are zero.
fn integer(value: usize, prefix: u8) -> Vec<u8> {
    let max = (1 << prefix) - 1;
    if value < max {
        return value.to_be_bytes().last().copied().into_iter().collect();
    }
    let mut bytes = max
        .to_be_bytes()
        .last()
        .copied()
        .into_iter()
        .collect::<Vec<_>>();
    let mut rest = value - max;
    loop {
        let low = u8::try_from(rest % 128).unwrap_or_default();
        rest /= 128;
        if rest == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// Returns the HEADERS frame of a `GET`.
pub(crate) fn get(stream: u32) -> Vec<u8> {
    let block = request(Method::Get, PATH);
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &block)
}

/// Returns the first frame if it is complete, and the number of its bytes.
pub(crate) fn parse(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
    let [a, b, c, kind, flags, _stream @ ..] = *head;
    let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?;
    let frame = Frame {
        kind,
        flags,
        payload: rest.get(..length)?,
    };
    Some((frame, HEAD + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_frame_is_parsed_once_it_is_complete() {
        let bytes = frame(DATA, END_STREAM, 7, b"abc");
        for length in 0..bytes.len() {
            assert!(parse(bytes.get(..length).unwrap()).is_none(), "{length}");
        }
        let (frame, length) = parse(&bytes).unwrap();
        assert_eq!(
            (frame.kind, frame.flags, frame.payload, length),
            (DATA, END_STREAM, &b"abc"[..], 12)
        );
    }

    #[test]
    fn integers_are_those_of_the_specification() {
        // RFC 7541, appendix C.1, the second with a longer prefix
        assert_eq!(integer(10, 5), [10]);
        assert_eq!(integer(1337, 5), [31, 154, 10]);
        assert_eq!(integer(127, 7), [127, 0]);
    }
}
