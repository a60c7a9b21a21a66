//! The activity of one connection, and the times after which the server closes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::serve::control_bytes::ControlBytes;

/// The rate below which a client that reads a response uses up its time.
const BYTES_PER_SECOND: u64 = 256;

/// The time for which a client may stall while too many requests are in flight, and the interval of the checks.
pub(super) const CROWDED_TIMEOUT: Duration = Duration::from_secs(1);

/// A time that is not set.
const NEVER: u64 = u64::MAX;

/// The times after which a connection is closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// From the first byte of a head to its end; from the beginning, for the first head.
    pub(super) head: Duration,
    /// Between requests.
    pub(super) idle: Duration,
    /// While the client reads nothing.
    pub(super) write: Duration,
}

/// The reason why the server closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    /// The client did not send a complete head in time.
    Head,
    /// The client sent no request for a long time.
    Idle,
    /// The client did not read the response.
    Write,
    /// The client sent too many frames that belong to no request.
    Flood,
    /// Another connection needs the resources of this one, which has no request.
    Evicted,
}

#[cfg(any(feature = "tracing", feature = "metrics"))]
impl Expiry {
    /// Returns the reason as events and counters spell it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Idle => "idle",
            Self::Write => "write",
            Self::Flood => "flood",
            Self::Evicted => "evicted",
        }
    }
}

/// The activity of one connection. Its socket and its requests record it.
///
/// Times are milliseconds since the beginning, so that other tasks can read them without a lock.
pub(super) struct Activity {
    beginning: Instant,
    /// The requests whose responses are not complete.
    requests: AtomicU32,
    has_had_request: AtomicBool,
    /// Whether the requests of the connection overlap, as in HTTP/2.
    is_multiplexed: AtomicBool,
    /// When the last response was complete, or the connection began.
    idle_since: AtomicU64,
    /// When the first byte of the next head arrived.
    head_since: AtomicU64,
    /// Since when the socket accepts no byte.
    blocked_since: AtomicU64,
    /// The time for which the client has read too slowly.
    lag: AtomicU64,
    /// The bytes that the client may send beside its requests.
    control: ControlBytes,
    has_flooded: AtomicBool,
    /// Another connection needs the resources of this one, or the client has sent too many bytes.
    interrupted: Notify,
}

/// A request whose response is not complete.
pub(super) struct ActiveRequest(Arc<Activity>);

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            beginning: Instant::now(),
            requests: AtomicU32::new(0),
            has_had_request: AtomicBool::new(false),
            is_multiplexed: AtomicBool::new(false),
            idle_since: AtomicU64::new(0),
            head_since: AtomicU64::new(NEVER),
            blocked_since: AtomicU64::new(NEVER),
            lag: AtomicU64::new(0),
            control: ControlBytes::new(),
            has_flooded: AtomicBool::new(false),
            interrupted: Notify::new(),
        }
    }

    /// Records that requests can begin: the time of a handshake does not count as time of the first head.
    pub(super) fn begin(&self, is_multiplexed: bool) {
        self.is_multiplexed.store(is_multiplexed, Relaxed);
        self.idle_since.store(self.now(), Relaxed);
        self.head_since.store(NEVER, Relaxed);
    }

    /// Records that a request has begun.
    pub(super) fn request(self: &Arc<Self>) -> ActiveRequest {
        self.requests.fetch_add(1, Relaxed);
        self.has_had_request.store(true, Relaxed);
        self.head_since.store(NEVER, Relaxed);
        ActiveRequest(Arc::clone(self))
    }

    /// Records the size of a request's head.
    pub(super) fn record_head(&self, size: usize) {
        if self.is_multiplexed.load(Relaxed) {
            self.control.add_head(size);
        }
    }

    /// Records that a part of a request's body is read.
    pub(super) fn record_request_body(&self, bytes: usize) {
        if self.is_multiplexed.load(Relaxed) {
            self.control.add_read(bytes);
        }
    }

    /// Records that a part of a response's body is about to be sent.
    pub(super) fn record_response_body(&self, bytes: usize) {
        if self.is_multiplexed.load(Relaxed) {
            self.control.add_sent(bytes);
        }
    }

    /// Records that bytes have arrived.
    pub(super) fn record_read(&self, bytes: usize) {
        if self.is_multiplexed.load(Relaxed) {
            if !self.control.spend(bytes) {
                self.has_flooded.store(true, Relaxed);
                self.interrupted.notify_one();
            }
            // any frame may arrive between requests
            return;
        }
        if self.is_idle() && self.head_since.load(Relaxed) == NEVER {
            self.head_since.store(self.now(), Relaxed);
        }
    }

    /// Records that the socket accepts no byte, because the client reads too slowly.
    pub(super) fn record_blocked(&self) {
        if self.blocked_since.load(Relaxed) == NEVER {
            self.blocked_since.store(self.now(), Relaxed);
        }
    }

    /// Records that the socket has accepted bytes.
    pub(super) fn record_written(&self, bytes: usize) {
        let lag = self.lag.load(Relaxed);
        let blocked_since = self.blocked_since.load(Relaxed);
        if lag == 0 && blocked_since == NEVER {
            return;
        }
        let mut lag = lag;
        if blocked_since != NEVER {
            let now = self.now();
            lag += now.saturating_sub(blocked_since);
            self.blocked_since.store(NEVER, Relaxed);
            if self.is_idle() {
                self.idle_since.store(now, Relaxed);
            }
        }
        let read = u64::try_from(read_time(bytes).as_millis()).unwrap_or(u64::MAX);
        self.lag.store(lag.saturating_sub(read), Relaxed);
    }

    /// Returns whether no request is in progress.
    pub(super) fn is_idle(&self) -> bool {
        self.requests.load(Relaxed) == 0
    }

    /// Returns the order in which idle connections are evicted, the first one first; `None` if a request is in progress.
    ///
    /// A connection without any request goes before one that has had a request.
    pub(super) fn eviction_order(&self, server: Instant) -> Option<(bool, Duration)> {
        let since = self.beginning.saturating_duration_since(server)
            + Duration::from_millis(self.idle_since.load(Relaxed));
        self.is_idle()
            .then(|| (self.has_had_request.load(Relaxed), since))
    }

    /// Closes the connection, unless a request begins before.
    pub(super) fn evict(&self) {
        self.interrupted.notify_one();
    }

    /// Completes when the connection must be closed.
    ///
    /// A client that does not read its response has less time while `is_crowded` returns `true`.
    pub(super) async fn expired(
        &self,
        timeouts: Timeouts,
        is_crowded: impl Fn() -> bool,
    ) -> Expiry {
        loop {
            tokio::select! {
                expiry = self.timed_out(timeouts, &is_crowded) => return expiry,
                () = self.interrupted.notified() => {
                    if self.has_flooded.load(Relaxed) {
                        return Expiry::Flood;
                    }
                    if self.is_idle() {
                        return Expiry::Evicted;
                    }
                }
            }
        }
    }

    /// Completes when a time is over. The state is not observed but computed at intervals that are shorter than
    /// every time, so that a request causes no change of a timer.
    async fn timed_out(&self, timeouts: Timeouts, is_crowded: &impl Fn() -> bool) -> Expiry {
        let shortest = timeouts.head.min(timeouts.idle).min(timeouts.write);
        let interval = shortest.clamp(Duration::from_millis(1), CROWDED_TIMEOUT);
        loop {
            let mut wait = interval;
            if let Some((deadline, expiry)) = self.deadline(timeouts) {
                let left = deadline.saturating_sub(self.beginning.elapsed());
                if left.is_zero() || (self.is_stalled() && is_crowded()) {
                    return expiry;
                }
                wait = wait.min(left);
            }
            sleep(wait).await;
            self.control.add_time(wait);
        }
    }

    /// Returns whether the client has read nothing for a short time.
    fn is_stalled(&self) -> bool {
        let blocked_since = self.blocked_since.load(Relaxed);
        let blocked = Duration::from_millis(self.now().saturating_sub(blocked_since));
        blocked_since != NEVER && blocked >= CROWDED_TIMEOUT
    }

    /// Returns when the connection must be closed in its present state, since the beginning.
    fn deadline(&self, timeouts: Timeouts) -> Option<(Duration, Expiry)> {
        let after = |since: u64, timeout| Duration::from_millis(since).saturating_add(timeout);
        let blocked_since = self.blocked_since.load(Relaxed);
        if blocked_since != NEVER {
            let lag = Duration::from_millis(self.lag.load(Relaxed));
            let left = timeouts.write.saturating_sub(lag);
            return Some((after(blocked_since, left), Expiry::Write));
        }
        if !self.is_idle() {
            return None;
        }
        let idle_since = self.idle_since.load(Relaxed);
        if !self.has_had_request.load(Relaxed) {
            return Some((after(idle_since, timeouts.head), Expiry::Head));
        }
        let idle = after(idle_since, timeouts.idle);
        let head_since = self.head_since.load(Relaxed);
        // in HTTP/2, any frame may arrive between requests
        if head_since == NEVER || self.is_multiplexed.load(Relaxed) {
            return Some((idle, Expiry::Idle));
        }
        Some((after(head_since, timeouts.head), Expiry::Head))
    }

    /// Returns whether a part of a head has arrived.
    pub(super) fn has_partial_head(&self) -> bool {
        self.head_since.load(Relaxed) != NEVER && !self.is_multiplexed.load(Relaxed)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.beginning.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }
}

/// Returns the time that a client has to read this number of bytes.
pub(super) fn read_time(bytes: usize) -> Duration {
    Duration::from_millis((bytes as u64).saturating_mul(1_000) / BYTES_PER_SECOND)
}

impl ActiveRequest {
    /// Records that a part of the response's body is about to be sent.
    pub(super) fn record_response_body(&self, bytes: usize) {
        self.0.record_response_body(bytes);
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        let activity = &self.0;
        activity.idle_since.store(activity.now(), Relaxed);
        activity.head_since.store(NEVER, Relaxed);
        activity.requests.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests;
