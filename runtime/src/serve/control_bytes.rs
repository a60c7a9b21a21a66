//! The bytes that a client of HTTP/2 sends beside its requests: PING, SETTINGS, `WINDOW_UPDATE`, PRIORITY and padding.
//!
//! A client may send any number of such frames, and the server answers some of them. They cost time, but belong to no
//! request, so that no limit of requests applies (CVE-2019-9512, CVE-2019-9515).

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

/// The bytes of a request's body that a client may send before they are read.
pub(super) const STREAM_WINDOW: u32 = 256 * 1024;

/// The bytes that a client may send at once: the windows of all bodies (1 MiB), which it can fill before a handler reads
/// them, and as much again.
pub(super) const MAX: i64 = 2 * 1024 * 1024;

/// The bytes per second that a client may send for ever, a hundred times as many as clients use to keep a connection alive.
pub(super) const PER_SECOND: u128 = 4 * 1024;

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

    /// Adds the bytes of a body that the client may have sent before it learns that the body is dropped.
    ///
    /// Many bodies can be dropped at once, before their bytes arrive: one for each of `streams`, as long as its window.
    pub(super) fn add_dropped(&self, size: usize, streams: u32) {
        let windows = i64::from(streams) * i64::from(STREAM_WINDOW);
        self.add_up_to(size, MAX + windows);
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
        self.add_up_to(bytes, MAX);
    }

    fn add_up_to(&self, bytes: usize, max: i64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let add = |left: i64| (left < max).then(|| left.saturating_add(bytes).min(max));
        let _ = self.0.fetch_update(Relaxed, Relaxed, add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The default of `stream_limit`.
    const MAX_STREAMS: u32 = 100;

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

    /// A client uploads on as many streams as it may open, and all are refused before their bytes arrive.
    #[test]
    fn bodies_that_are_dropped_at_once_are_no_flood() {
        let bytes = ControlBytes::new();
        for _ in 0..MAX_STREAMS {
            bytes.add_dropped(STREAM_WINDOW as usize, MAX_STREAMS);
        }
        // requests in between take nothing away
        bytes.add_head(100);
        for _ in 0..MAX_STREAMS {
            assert!(bytes.spend(STREAM_WINDOW as usize));
        }
        let pings = (0..1_000_000).take_while(|_| bytes.spend(PING)).count();
        assert_eq!(pings, 2 * 1024 * 1024 / PING);
    }

    #[test]
    fn dropped_bodies_do_not_accumulate_beyond_the_streams() {
        let bytes = ControlBytes::new();
        for _ in 0..10 * MAX_STREAMS {
            bytes.add_dropped(STREAM_WINDOW as usize, MAX_STREAMS);
        }
        let windows = (0..1_000).take_while(|_| bytes.spend(STREAM_WINDOW as usize));
        assert_eq!(windows.count(), MAX_STREAMS as usize + 8);
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
