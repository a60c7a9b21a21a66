//! The activity of one connection, and the times after which the server closes it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::serve::control_bytes::ControlBytes;
use crate::serve::in_flight::{Patience, Reception};

/// The rate below which a client that reads a response uses up its time.
const BYTES_PER_SECOND: u64 = 256;

/// The time for which a client may not read while too many requests wait for their clients.
pub(super) const OVERDUE_TIMEOUT: Duration = Duration::from_secs(1);

/// The longest interval of the checks.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// A request beside the time in one number, which is 34 years at most.
const REQUEST: u64 = 1 << 40;

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
    /// The requests whose responses are not complete, multiplied by `REQUEST`, and when the last response was complete, or the connection
    /// began. Only the end of the last request changes the time, so that the others do not read the clock.
    requests: AtomicU64,
    has_had_request: AtomicBool,
    /// Whether the requests of the connection overlap, as in HTTP/2.
    is_multiplexed: AtomicBool,
    /// When the first byte of the next head arrived.
    head_since: AtomicU64,
    /// Since when the socket accepts no byte.
    blocked_since: AtomicU64,
    /// The time for which the client has read too slowly.
    lag: AtomicU64,
    /// The bytes that the client may send beside its requests.
    control: ControlBytes,
    has_flooded: AtomicBool,
    /// Whether the client must read sooner than when the timer was set.
    has_less_time: AtomicBool,
    /// The request in flight of HTTP/1.1, once its response has more than one frame.
    reception: Mutex<Option<Arc<Reception>>>,
    /// Another connection needs the resources of this one, or the client has sent too many bytes or must read sooner.
    interrupted: Notify,
}

/// A request whose response is not complete.
pub(super) struct ActiveRequest(Arc<Activity>);

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            beginning: Instant::now(),
            requests: AtomicU64::new(0),
            has_had_request: AtomicBool::new(false),
            is_multiplexed: AtomicBool::new(false),
            head_since: AtomicU64::new(NEVER),
            blocked_since: AtomicU64::new(NEVER),
            lag: AtomicU64::new(0),
            control: ControlBytes::new(),
            has_flooded: AtomicBool::new(false),
            has_less_time: AtomicBool::new(false),
            reception: Mutex::new(None),
            interrupted: Notify::new(),
        }
    }

    /// Records that requests can begin: the time of a handshake does not count as time of the first head.
    pub(super) fn begin(&self, is_multiplexed: bool) {
        self.is_multiplexed.store(is_multiplexed, Relaxed);
        self.set_idle_since(self.now());
        self.head_since.store(NEVER, Relaxed);
    }

    /// Sets the time since which no request is in progress, if none is.
    fn set_idle_since(&self, now: u64) {
        let set = |requests: u64| (requests < REQUEST).then_some(now.min(REQUEST - 1));
        let _ = self.requests.fetch_update(Relaxed, Relaxed, set);
    }

    /// Returns the time since which no request is in progress; `None` if one is.
    fn idle_since(&self) -> Option<u64> {
        let requests = self.requests.load(Relaxed);
        (requests < REQUEST).then_some(requests)
    }

    /// Records that a request has begun.
    pub(super) fn request(self: &Arc<Self>) -> ActiveRequest {
        self.requests.fetch_add(REQUEST, Relaxed);
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

    /// Records that a request's body is dropped, whose bytes the client may have sent, on one of so many streams.
    pub(super) fn record_dropped_body(&self, bytes: usize, streams: u32) {
        self.control.add_dropped(bytes, streams);
    }

    /// Records that a part of a response's body is about to be sent.
    pub(super) fn record_response_body(&self, bytes: usize) {
        if self.is_multiplexed.load(Relaxed) {
            self.control.add_sent(bytes);
        }
    }

    /// Records that the client sends too much beside its requests, so that the connection ends.
    pub(super) fn record_flood(&self) {
        self.has_flooded.store(true, Relaxed);
        self.interrupted.notify_one();
    }

    /// Records that bytes have arrived.
    pub(super) fn record_read(&self, bytes: usize) {
        if self.is_multiplexed.load(Relaxed) {
            if !self.control.spend(bytes) {
                self.record_flood();
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
            if self.patience() != Patience::Full {
                self.has_less_time.store(true, Relaxed);
                self.interrupted.notify_one();
            }
        }
    }

    /// Records that a request in flight waits for the client, and returns the time that the client has.
    fn patience(&self) -> Patience {
        let reception = self.reception.lock();
        let reception = reception.unwrap_or_else(PoisonError::into_inner);
        let reception = reception.as_ref();
        reception.map_or(Patience::Full, |reception| reception.stall())
    }

    /// Records that the client reads.
    fn resume(&self) {
        let reception = self.reception.lock();
        let reception = reception.unwrap_or_else(PoisonError::into_inner);
        if let Some(reception) = reception.as_ref() {
            reception.resume();
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
            self.resume();
            self.set_idle_since(now);
        }
        let read = u64::try_from(read_time(bytes).as_millis()).unwrap_or(u64::MAX);
        self.lag.store(lag.saturating_sub(read), Relaxed);
    }

    /// Returns whether no request is in progress.
    pub(super) fn is_idle(&self) -> bool {
        self.idle_since().is_some()
    }

    /// Returns the order in which idle connections are evicted, the first one first; `None` if a request is in progress.
    ///
    /// A connection without any request goes before one that has had a request.
    pub(super) fn eviction_order(&self, server: Instant) -> Option<(bool, Duration)> {
        let beginning = self.beginning.saturating_duration_since(server);
        let since = beginning + Duration::from_millis(self.idle_since()?);
        Some((self.has_had_request.load(Relaxed), since))
    }

    /// Closes the connection, unless a request begins before.
    pub(super) fn evict(&self) {
        self.interrupted.notify_one();
    }

    /// Completes when the connection must be closed.
    pub(super) async fn expired(&self, timeouts: Timeouts) -> Expiry {
        loop {
            tokio::select! {
                expiry = self.timed_out(timeouts) => return expiry,
                () = self.interrupted.notified() => {
                    if self.has_flooded.load(Relaxed) {
                        return Expiry::Flood;
                    }
                    // an eviction at the same time is repeated
                    let has_less_time = self.has_less_time.swap(false, Relaxed);
                    if !has_less_time && self.is_idle() {
                        return Expiry::Evicted;
                    }
                }
            }
        }
    }

    /// Completes when a time is over. The state is not observed but computed at intervals that are shorter than
    /// every time, so that a request causes no change of a timer.
    async fn timed_out(&self, timeouts: Timeouts) -> Expiry {
        let shortest = timeouts.head.min(timeouts.idle).min(timeouts.write);
        let interval = shortest.clamp(Duration::from_millis(1), CHECK_INTERVAL);
        loop {
            let mut wait = interval;
            if let Some((deadline, expiry)) = self.deadline(timeouts) {
                let left = deadline.saturating_sub(self.beginning.elapsed());
                if left.is_zero() {
                    return expiry;
                }
                wait = wait.min(left);
            }
            if let Some(blocked) = self.blocked() {
                let left = match self.patience() {
                    Patience::Full => wait,
                    Patience::Short => OVERDUE_TIMEOUT.saturating_sub(blocked),
                    Patience::Exhausted => Duration::ZERO,
                };
                if left.is_zero() {
                    return Expiry::Write;
                }
                wait = wait.min(left);
            }
            sleep(wait).await;
            self.control.add_time(wait);
        }
    }

    /// Returns for how long the client has read nothing, if the socket accepts no byte.
    fn blocked(&self) -> Option<Duration> {
        let since = self.blocked_since.load(Relaxed);
        let blocked = Duration::from_millis(self.now().saturating_sub(since));
        (since != NEVER).then_some(blocked)
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
        let idle_since = self.idle_since()?;
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

    /// Shares the request in flight with its connection, on which the client may read too slowly.
    ///
    /// In HTTP/1.1, a connection has one such request.
    pub(super) fn share(&self, reception: Arc<Reception>) {
        let shared = self.0.reception.lock();
        *shared.unwrap_or_else(PoisonError::into_inner) = Some(reception);
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        let activity = &self.0;
        activity.head_since.store(NEVER, Relaxed);
        let end = |requests: u64| {
            let others = requests.checked_sub(REQUEST)?;
            let is_last = others < REQUEST;
            Some(if is_last {
                activity.now().min(REQUEST - 1)
            } else {
                others
            })
        };
        let _ = activity.requests.fetch_update(Relaxed, Relaxed, end);
    }
}

#[cfg(test)]
mod tests;
