//! The bytes that a client of HTTP/2 sends beside its requests: PING, SETTINGS, `WINDOW_UPDATE`, PRIORITY and padding.
//!
//! A client may send any number of such frames, and the server answers some of them. They cost time, but belong to no
//! request, so that no limit of requests applies (CVE-2019-9512, CVE-2019-9515).

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

/// The bytes that a client may send at once: the windows of all bodies (1 MiB), which it can fill before a handler reads
/// them, and as much again.
const MAX: i64 = 2 * 1024 * 1024;

/// The bytes per second that a client may send for ever, a hundred times as many as clients use to keep a connection alive.
const PER_SECOND: u128 = 4 * 1024;

/// The bytes of frames and records around a part of a body.
const FRAME_OVERHEAD: usize = 512;

/// The bytes of frames and records around the head of a request.
const HEAD_OVERHEAD: usize = 1024;

/// The bytes that a client may still send. Bytes of requests and responses are added when they are processed.
pub(super) struct ControlBytes(AtomicI64);

impl ControlBytes {
    pub(super) fn new() -> Self {
        Self(AtomicI64::new(MAX))
    }

    /// Counts bytes from the socket; `false` if the client has sent too many.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.0.fetch_sub(bytes, Relaxed) >= bytes
    }

    /// Adds the head of a request, of this size after decompression.
    pub(super) fn add_head(&self, size: usize) {
        self.add(size.saturating_add(HEAD_OVERHEAD));
    }

    /// Adds a part of the body of a request. An empty part makes no progress.
    pub(super) fn add_read(&self, size: usize) {
        if size > 0 {
            self.add(size.saturating_add(FRAME_OVERHEAD));
        }
    }

    /// Adds the frames by which a client accepts more of a response after a part of it.
    pub(super) fn add_sent(&self, size: usize) {
        self.add((size / 16).saturating_add(FRAME_OVERHEAD));
    }

    /// Adds the bytes of a time.
    pub(super) fn add_time(&self, time: Duration) {
        let bytes = time.as_millis().saturating_mul(PER_SECOND) / 1_000;
        self.add(usize::try_from(bytes).unwrap_or(usize::MAX));
    }

    fn add(&self, bytes: usize) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let add = |left: i64| (left < MAX).then(|| left.saturating_add(bytes).min(MAX));
        let _ = self.0.fetch_update(Relaxed, Relaxed, add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of 17 bytes in a record of TLS.
    const PING: usize = 17 + 22;

    #[test]
    fn flood_of_pings_ends() {
        let bytes = ControlBytes::new();
        let pings = (0..1_000_000).take_while(|_| bytes.spend(PING)).count();
        assert_eq!(pings, 2 * 1024 * 1024 / PING);
        bytes.add_time(Duration::from_secs(10));
        assert!(bytes.spend(PING));
    }

    #[test]
    fn regular_pings_are_accepted_for_ever() {
        let bytes = ControlBytes::new();
        for _ in 0..1_000_000 {
            assert!((0..100).all(|_| bytes.spend(PING)));
            bytes.add_time(Duration::from_secs(1));
        }
    }

    /// Short times of a connection let it wake up often.
    #[test]
    fn short_times_count_too() {
        let bytes = ControlBytes::new();
        for _ in 0..1_000_000 {
            assert!((0..10).all(|_| bytes.spend(PING)));
            bytes.add_time(Duration::from_millis(100));
        }
    }

    #[test]
    fn uploads_and_downloads_are_accepted_for_ever() {
        for part in [1, 100, 16 * 1024, 64 * 1024] {
            let bytes = ControlBytes::new();
            for _ in 0..100_000 {
                assert!(bytes.spend(part + 9 + 22), "upload of {part}");
                bytes.add_read(part);
                // a frame for the stream and one for the connection, for each 16 KiB
                let updates = part.div_ceil(16 * 1024) * 2 * (13 + 22);
                assert!(bytes.spend(updates), "download of {part}");
                bytes.add_sent(part);
            }
        }
    }

    #[test]
    fn body_that_no_handler_has_read_yet_is_accepted() {
        let bytes = ControlBytes::new();
        assert!(bytes.spend(1024 * 1024 + 100 * 2 * 1024));
    }

    #[test]
    fn frames_without_progress_are_no_progress() {
        let bytes = ControlBytes::new();
        let frames = (0..1_000_000).take_while(|_| {
            bytes.add_read(0);
            bytes.spend(9)
        });
        assert!(frames.count() < 250_000);
    }

    /// A large response is no credit for a later flood.
    #[test]
    fn bytes_do_not_accumulate() {
        let bytes = ControlBytes::new();
        bytes.add_sent(usize::MAX);
        bytes.add_read(usize::MAX);
        bytes.add_time(Duration::MAX);
        let pings = (0..1_000_000).take_while(|_| bytes.spend(PING)).count();
        assert_eq!(pings, 2 * 1024 * 1024 / PING);
    }
}
