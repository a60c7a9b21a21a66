//! The frames of an HTTP/2 client that carry neither a request nor a body.
//!
//! Each costs the server about as much as a part of a request, however short it is, but no limit of hyper or h2 counts a PING or
//! SETTINGS frame (CVE-2019-9512, CVE-2019-9515). The bytes of such frames are bounded by `control_bytes`.

use std::time::Duration;

use tokio::time::Instant;

/// The frames that a connection may have ahead.
pub(super) const BURST: u64 = 2_000;

/// The frames that a connection may have in each second.
pub(super) const PER_SECOND: u64 = 100;

/// The frames for each request: it may be reset, and its response has window updates.
const PER_REQUEST: u64 = 4;

/// The bytes that the server sends for each frame. A client may update a window for each frame that it gets, and the
/// reply to a PING is 17 bytes.
const BYTES_SENT: u64 = 32;

/// The bytes of a frame's head (RFC 9113 §4.1).
const HEAD: usize = 9;

/// The first bytes of a connection, before any frame (RFC 9113 §3.4).
const PREFACE: usize = 24;

const DATA: u8 = 0;
const HEADERS: u8 = 1;

/// Counts the frames of a client.
#[derive(Debug)]
pub(super) struct FrameMeter {
    /// The bytes of a payload, or of the preface, that are still to come.
    skip: usize,
    head: [u8; HEAD],
    /// The bytes of the head that have arrived.
    filled: usize,
    allowance: u64,
    is_exceeded: bool,
    bytes_sent: u64,
    refilled: Instant,
}

impl FrameMeter {
    pub(super) fn new() -> Self {
        Self {
            skip: PREFACE,
            head: [0; HEAD],
            filled: 0,
            allowance: BURST,
            is_exceeded: false,
            bytes_sent: 0,
            refilled: Instant::now(),
        }
    }

    /// Counts the frames in bytes that have arrived. Returns `false` if there are too many.
    pub(super) fn receive(&mut self, mut bytes: &[u8]) -> bool {
        // the rest of a flood costs no time
        while !bytes.is_empty() && !self.is_exceeded {
            if self.skip > 0 {
                let length = self.skip.min(bytes.len());
                self.skip -= length;
                bytes = bytes.get(length..).unwrap_or_default();
                continue;
            }
            let missing = self.head.get_mut(self.filled..).unwrap_or_default();
            let length = missing.len().min(bytes.len());
            let (head, rest) = bytes.split_at(length);
            if let Some(missing) = missing.get_mut(..length) {
                missing.copy_from_slice(head);
            }
            self.filled += length;
            bytes = rest;
            if self.filled == HEAD {
                self.filled = 0;
                self.count();
            }
        }
        !self.is_exceeded
    }

    /// Records bytes that the server has sent.
    pub(super) fn send(&mut self, bytes: usize) {
        self.bytes_sent += bytes as u64;
        self.allow(self.bytes_sent / BYTES_SENT);
        self.bytes_sent %= BYTES_SENT;
    }

    /// Counts the frame whose head is complete.
    fn count(&mut self) {
        let [a, b, c, kind, ..] = self.head;
        self.skip = usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or(usize::MAX);
        match kind {
            HEADERS => self.allow(PER_REQUEST),
            DATA if self.skip > 0 => self.allow(1),
            _ => {
                if self.allowance == 0 {
                    self.refill();
                }
                self.is_exceeded |= self.allowance == 0;
                self.allowance = self.allowance.saturating_sub(1);
            }
        }
    }

    fn allow(&mut self, frames: u64) {
        self.allowance = self.allowance.saturating_add(frames).min(BURST);
    }

    /// Allows the frames of the time that has passed.
    fn refill(&mut self) {
        let elapsed = self.refilled.elapsed();
        let frames =
            elapsed.as_millis() / (Duration::from_secs(1).as_millis() / u128::from(PER_SECOND));
        if frames > 0 {
            self.refilled = Instant::now();
            self.allow(u64::try_from(frames).unwrap_or(BURST));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const PING: u8 = 6;
    const WINDOW_UPDATE: u8 = 8;

    fn frame(kind: u8, length: u8) -> Vec<u8> {
        let head = [0, 0, length, kind, 0, 0, 0, 0, 1];
        [&head[..], &vec![0; length.into()]].concat()
    }

    /// A connection after its preface.
    fn meter() -> FrameMeter {
        let mut meter = FrameMeter::new();
        assert!(meter.receive(&[0xff; PREFACE]));
        meter
    }

    /// Returns how many frames are accepted, up to a number.
    fn accepted(meter: &mut FrameMeter, frame: &[u8], most: usize) -> usize {
        (0..most).take_while(|_| meter.receive(frame)).count()
    }

    #[tokio::test(start_paused = true)]
    async fn frames_without_a_request_are_bounded() {
        for kind in [0, 2, 3, 4, PING, WINDOW_UPDATE, 9, 0xfa] {
            assert_eq!(
                accepted(&mut meter(), &frame(kind, 0), 5_000),
                2_000,
                "{kind}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn frames_are_counted_however_the_bytes_arrive() {
        let bytes = frame(PING, 8).repeat(2_000);
        for size in [1, 2, 9, 16, 17, 18, 1000] {
            let mut meter = meter();
            assert!(
                bytes.chunks(size).all(|chunk| meter.receive(chunk)),
                "{size}"
            );
            assert!(!meter.receive(&frame(PING, 8)), "{size}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_bodies_and_responses_allow_more_frames() {
        let mut meter = meter();
        for _ in 0..10_000 {
            assert!(meter.receive(&frame(HEADERS, 20)));
            for _ in 0..PER_REQUEST {
                assert!(meter.receive(&frame(WINDOW_UPDATE, 4)));
            }
            assert!(meter.receive(&frame(DATA, 100)));
            assert!(meter.receive(&frame(WINDOW_UPDATE, 4)));
            // an event, whose client updates both windows
            meter.send(60);
            meter.send(4);
            assert!(meter.receive(&frame(WINDOW_UPDATE, 4)));
            assert!(meter.receive(&frame(WINDOW_UPDATE, 4)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn reply_to_a_ping_does_not_pay_for_the_next_one() {
        let mut meter = meter();
        let accepted = (0..10_000)
            .take_while(|_| {
                meter.send(17);
                meter.receive(&frame(PING, 8))
            })
            .count();
        assert!((2_000..5_000).contains(&accepted), "{accepted}");
    }

    #[tokio::test(start_paused = true)]
    async fn each_second_allows_more_frames() {
        for (seconds, expected) in [(0, 0), (3, 300), (3 * 3600, 2_000)] {
            let mut meter = meter();
            assert_eq!(accepted(&mut meter, &frame(PING, 8), 2_000), 2_000);
            advance(Duration::from_secs(seconds)).await;
            assert_eq!(accepted(&mut meter, &frame(PING, 8), 5_000), expected);
            // a client that has sent too many is disconnected
            advance(Duration::from_secs(9)).await;
            assert!(!meter.receive(&[]));
        }
    }
}
