//! Closes a connection in stages (RFC 9112 §9.6).
//!
//! If a socket is closed while it holds unread bytes, the system resets the connection, and the client may lose the
//! response. The server therefore closes its direction first, then discards what the client still sends, within
//! bounds.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use hyper::upgrade::OnUpgrade;
use tokio::io::AsyncWrite;
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

use crate::routing::{IDLE_TIME, Shutdown, bounded};
use crate::serve::activity::Activity;
use crate::serve::control_bytes::STREAM_WINDOW;
use crate::serve::socket::Socket;
use crate::serve::stream::Stream;
use crate::serve::tracked::TrackedStream;

/// The number of connections of a server that may be closing in stages at the same time. Others are closed at once.
const MAX_CLOSING: usize = 1024;

/// The bytes that one read discards.
const CHUNK: usize = 16 * 1024;

/// The number of bodies that a connection of HTTP/2 discards at their full length. HTTP/1.1 closes after one.
///
/// Some clients send no other request after `GOAWAY`, so a client that repeats a mistake must not reach it soon.
pub(super) const UNREAD_BODIES: u64 = 128;

/// The number of bodies that a connection of HTTP/2 drops before their end without regarding their bytes as a flood.
pub(super) const DROPPED_BODIES: u64 = 256;

/// The bounds of all connections of a server.
#[derive(Clone)]
pub(super) struct Bounds {
    unread_limit: u64,
    stream_limit: u32,
    closing: Arc<Semaphore>,
    shutdown: Shutdown,
}

/// The state of one connection, shared by its requests.
pub(super) struct ConnectionState {
    bounds: Bounds,
    activity: Arc<Activity>,
    /// Whether the last response left a body unread.
    has_unread: AtomicBool,
    /// Whether the client has used up its time.
    is_exhausted: AtomicBool,
    /// The bytes of unread bodies that HTTP/2 has discarded.
    discarded: AtomicU64,
    /// The bodies that HTTP/2 has dropped before their end.
    dropped_bodies: AtomicU64,
    retired: Notify,
    /// The tunnel of a CONNECT that was refused, after which HTTP/1.1 ends.
    refused_tunnel: OnceLock<OnUpgrade>,
}

impl Bounds {
    /// Returns the bounds; discarding ends soon after `shutdown` begins.
    pub(super) fn new(unread_limit: u64, stream_limit: u32, shutdown: Shutdown) -> Self {
        Self {
            unread_limit,
            stream_limit,
            closing: Arc::new(Semaphore::new(MAX_CLOSING)),
            shutdown,
        }
    }
}

impl ConnectionState {
    pub(super) fn new(bounds: Bounds, activity: Arc<Activity>) -> Self {
        Self {
            bounds,
            activity,
            has_unread: AtomicBool::new(false),
            is_exhausted: AtomicBool::new(false),
            discarded: AtomicU64::new(0),
            dropped_bodies: AtomicU64::new(0),
            retired: Notify::new(),
            refused_tunnel: OnceLock::new(),
        }
    }

    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// Records that the CONNECT of this tunnel is refused.
    pub(super) fn refuse_tunnel(&self, tunnel: OnUpgrade) {
        // the connection ends after it: there is no second one
        let _ = self.refused_tunnel.set(tunnel);
    }

    /// Returns the stream of a tunnel that was refused, once hyper has given it up.
    pub(super) async fn refused_tunnel(&self) -> Option<TrackedStream> {
        let tunnel = self.refused_tunnel.get()?.clone();
        let parts = tunnel.await.ok()?.downcast().ok()?;
        Some(parts.io)
    }

    pub(super) fn unread_limit(&self) -> u64 {
        self.bounds.unread_limit
    }

    /// Counts bytes of unread bodies of HTTP/2; `false` if the connection discards no more.
    ///
    /// After half of them, the connection is retired: its requests finish, and the client sends others on a new one.
    pub(super) fn spend_unread(&self, bytes: u64) -> bool {
        let limit = self.unread_limit().saturating_mul(UNREAD_BODIES);
        let before = self.discarded.fetch_add(bytes, Ordering::Relaxed);
        let total = before.saturating_add(bytes);
        if total > limit / 2 {
            self.retired.notify_one();
        }
        total <= limit
    }

    /// Allows the client the bytes of a body of HTTP/2 that it may have sent before it learns that the body is dropped.
    ///
    /// They are no flood, but nothing reads and counts them. After half of the bodies, the connection is retired, as in
    /// [`spend_unread`](Self::spend_unread).
    pub(super) fn allow_dropped_body(&self) {
        let before = self.dropped_bodies.fetch_add(1, Ordering::Relaxed);
        if before >= DROPPED_BODIES / 2 {
            self.retired.notify_one();
        }
        if before < DROPPED_BODIES {
            self.activity
                .record_dropped_body(STREAM_WINDOW as usize, self.bounds.stream_limit);
        }
    }

    /// Completes when the connection should end.
    pub(super) async fn retired(&self) {
        self.retired.notified().await;
    }

    /// Records that the client may still send a body that is never read.
    pub(super) fn set_unread(&self) {
        self.has_unread.store(true, Ordering::Relaxed);
    }

    /// Records that the client has used up its time, so that the connection is closed at once.
    pub(super) fn forbid_linger(&self) {
        self.is_exhausted.store(true, Ordering::Relaxed);
    }

    /// Waits for `reading`. Returns `None` if it takes too long, or if a shutdown begins and it does not end soon.
    pub(super) async fn bounded<T>(&self, reading: impl Future<Output = T>) -> Option<T> {
        bounded(reading, Some(&self.bounds.shutdown)).await
    }

    /// Closes a connection whose last response is sent.
    ///
    /// The bytes that are discarded here are never parsed as a request.
    pub(super) async fn close(&self, mut stream: Stream) {
        let is_idle = self.bounds.shutdown.has_begun() && !self.has_unread.load(Ordering::Relaxed);
        if is_idle || self.is_exhausted.load(Ordering::Relaxed) || self.unread_limit() == 0 {
            return;
        }
        let Ok(_permit) = self.bounds.closing.try_acquire() else {
            return;
        };
        let shutdown = poll_fn(|context| Pin::new(&mut stream).poll_shutdown(context));
        if shutdown.await.is_ok() {
            let socket = stream.into_socket();
            self.bounded(discard(&socket, self.unread_limit())).await;
        }
    }
}

/// Discards bytes until the client ends, or pauses for too long, or has sent `limit` bytes.
async fn discard(socket: &Socket, limit: u64) {
    let mut rest = limit;
    while rest > 0 {
        match timeout(IDLE_TIME, read_chunk(socket)).await {
            Ok(Ok(length)) if length > 0 => rest = rest.saturating_sub(length),
            // the end of the stream, an error, or a pause
            _ => return,
        }
    }
}

/// Discards the next bytes, and returns their number. The buffer exists only while bytes are available.
async fn read_chunk(socket: &Socket) -> io::Result<u64> {
    loop {
        socket.readable().await?;
        match socket.try_read(&mut [0; CHUNK]) {
            Ok(length) => return Ok(length as u64),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use futures_util::FutureExt;

    use super::*;
    use crate::routing::{ShutdownSender, UNREAD_LIMIT};
    use crate::serve::raw_socket::RawSocket;

    fn state(unread_limit: u64) -> ConnectionState {
        let bounds = Bounds::new(unread_limit, 100, ShutdownSender::new().subscribe());
        ConnectionState::new(bounds, Arc::new(Activity::new()))
    }

    fn is_retired(state: &ConnectionState) -> bool {
        state.retired().now_or_never().is_some()
    }

    /// One byte below each limit, at the limit, and one above.
    #[test]
    fn connection_is_retired_at_half_of_the_unread_bytes_and_discards_none_above() {
        let state = state(1_000);
        assert!(state.spend_unread(63_999) && state.spend_unread(1));
        assert!(!is_retired(&state));
        assert!(state.spend_unread(1));
        assert!(is_retired(&state));
        assert!(state.spend_unread(63_998) && state.spend_unread(1));
        assert!(!state.spend_unread(1));
        assert!(!state.spend_unread(0));
        assert!(!state.spend_unread(u64::MAX - 200_000));
    }

    /// With the default: 512 MiB and 1 GiB.
    #[test]
    fn unread_bytes_of_a_connection_are_a_multiple_of_those_of_a_request() {
        const GIBIBYTE: u64 = 1 << 30;
        let state = state(UNREAD_LIMIT);
        assert!(state.spend_unread(GIBIBYTE / 2));
        assert!(!is_retired(&state));
        assert!(state.spend_unread(GIBIBYTE / 2));
        assert!(is_retired(&state));
        assert!(!state.spend_unread(1));
    }

    #[test]
    fn connection_is_retired_after_half_of_the_dropped_bodies() {
        let state = state(1_000);
        for number in 1..=128 {
            state.allow_dropped_body();
            assert!(!is_retired(&state), "{number}");
        }
        state.allow_dropped_body();
        assert!(is_retired(&state));
    }

    #[tokio::test(start_paused = true)]
    async fn connection_beyond_the_closing_limit_is_closed_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        for (available, seconds) in [(0, 0), (1, IDLE_TIME.as_secs())] {
            let _client = TcpStream::connect(address).await.unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let shutdown = ShutdownSender::new();
            let bounds = Bounds::new(UNREAD_LIMIT, 100, shutdown.subscribe());
            let taken = u32::try_from(MAX_CLOSING - available).unwrap();
            let closing = Arc::clone(&bounds.closing);
            let _permits = closing.try_acquire_many(taken).unwrap();
            let start = tokio::time::Instant::now();
            let socket = Socket::new(RawSocket::Tcp(stream));
            let activity = Arc::clone(socket.activity());
            let stream = Stream::Plain(socket);
            ConnectionState::new(bounds, activity).close(stream).await;
            assert_eq!(start.elapsed().as_secs(), seconds);
        }
    }
}
