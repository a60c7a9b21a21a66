//! The requests in flight: those whose response body has not ended, and those that wait for their own body.

use std::sync::Arc;
#[cfg(feature = "http2")]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};

/// The requests that may wait for their clients, as a multiple of the limit of requests in flight.
const WAITING: usize = 2;

/// The part of the limit that requests beyond `WAITING` may use for a short time.
const OVERDUE: usize = 4;

/// Counts requests up to a limit.
///
/// A request whose client has to send more of the body, or to read more of the response, counts separately. Otherwise slow clients
/// would leave no request for others. If too many such requests wait, those whose clients do not read get a small part of the limit.
#[derive(Clone)]
pub(super) struct InFlight(Arc<Counts>);

struct Counts {
    limit: usize,
    running: AtomicUsize,
    waiting: AtomicUsize,
    /// Those of `running` whose client does not read the response.
    overdue: AtomicUsize,
}

/// A request that counts until it is dropped.
pub(super) struct InFlightPermit(Counted);

enum Counted {
    /// No body of the request or of its response shares it.
    Alone(InFlight),
    Shared(Arc<Reception>),
}

/// The reception of a request's body and of its response, which the request shares with both.
pub(super) struct Reception {
    in_flight: InFlight,
    state: AtomicU8,
    /// Whether HTTP/2 has a frame of the response that the client does not read, and asks for no other.
    #[cfg(feature = "http2")]
    waits_for_reader: AtomicBool,
    /// The bytes of the response that HTTP/2 got since the last check.
    #[cfg(feature = "http2")]
    bytes: AtomicUsize,
}

/// The states of a reception.
const RUNNING: u8 = 0;
const WAITING_FOR_CLIENT: u8 = 1;
/// Too many others wait. The request counts as running until it ends.
const REFUSED: u8 = 2;
const ENDED: u8 = 3;
/// The client does not read the response, and too many others wait.
const READ_OVERDUE: u8 = 4;

/// The time that a client has to read more of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// That of the settings.
    Full,
    /// A moment, because too many others wait.
    Short,
    /// None, because too many others have a moment.
    Exhausted,
}

impl InFlight {
    pub(super) fn new(limit: usize) -> Self {
        Self(Arc::new(Counts {
            limit,
            running: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            overdue: AtomicUsize::new(0),
        }))
    }

    /// Counts a request; `None` if the limit is reached.
    pub(super) fn enter(&self) -> Option<InFlightPermit> {
        increment(&self.0.running, self.0.limit)
            .then(|| InFlightPermit(Counted::Alone(self.clone())))
    }
}

/// Increments a number that is below a limit.
fn increment(count: &AtomicUsize, limit: usize) -> bool {
    let increment = |count: usize| (count < limit).then(|| count + 1);
    count.fetch_update(Relaxed, Relaxed, increment).is_ok()
}

impl InFlightPermit {
    /// Returns whether the request must end, because too many others wait for their bodies.
    pub(super) fn is_refused(&self) -> bool {
        match &self.0 {
            Counted::Alone(_) => false,
            Counted::Shared(reception) => reception.state.load(Relaxed) == REFUSED,
        }
    }

    /// Returns the reception, which the body of the request and the response share.
    pub(super) fn share(&mut self) -> Arc<Reception> {
        match &self.0 {
            Counted::Alone(in_flight) => {
                let reception = Arc::new(Reception::new(in_flight.clone(), RUNNING));
                self.0 = Counted::Shared(Arc::clone(&reception));
                reception
            }
            Counted::Shared(reception) => Arc::clone(reception),
        }
    }
}

impl Drop for InFlightPermit {
    fn drop(&mut self) {
        let (in_flight, state) = match &self.0 {
            Counted::Alone(in_flight) => (in_flight, RUNNING),
            // from now on, the body changes no count
            Counted::Shared(reception) => {
                (&reception.in_flight, reception.state.swap(ENDED, Relaxed))
            }
        };
        let counts = &in_flight.0;
        if state == READ_OVERDUE {
            counts.overdue.fetch_sub(1, Relaxed);
        }
        let count = match state {
            WAITING_FOR_CLIENT => &counts.waiting,
            _ => &counts.running,
        };
        count.fetch_sub(1, Relaxed);
    }
}

impl Reception {
    fn new(in_flight: InFlight, state: u8) -> Self {
        Self {
            in_flight,
            state: AtomicU8::new(state),
            #[cfg(feature = "http2")]
            waits_for_reader: AtomicBool::new(false),
            #[cfg(feature = "http2")]
            bytes: AtomicUsize::new(0),
        }
    }

    /// Creates the reception of a response to a request that does not count, because it is beyond a limit.
    #[cfg(feature = "http2")]
    pub(super) fn uncounted() -> Self {
        Self::new(InFlight::new(0), ENDED)
    }

    /// Records that HTTP/2 has a frame of the response to send. The task of the stream calls this and [`take_bytes`](Self::take_bytes).
    #[cfg(feature = "http2")]
    pub(super) fn record_frame(&self, bytes: usize) {
        let sum = self.bytes.load(Relaxed).saturating_add(bytes);
        self.bytes.store(sum, Relaxed);
        self.waits_for_reader.store(true, Relaxed);
    }

    /// Records that HTTP/2 asks for the next frame of the response.
    #[cfg(feature = "http2")]
    pub(super) fn record_demand(&self) {
        self.waits_for_reader.store(false, Relaxed);
    }

    /// Returns whether HTTP/2 has a frame that the client does not read, and asks for no other.
    #[cfg(feature = "http2")]
    pub(super) fn waits_for_reader(&self) -> bool {
        self.waits_for_reader.load(Relaxed)
    }

    /// Returns the bytes of the response that HTTP/2 got since the last time.
    #[cfg(feature = "http2")]
    pub(super) fn take_bytes(&self) -> usize {
        let bytes = self.bytes.load(Relaxed);
        self.bytes.store(0, Relaxed);
        bytes
    }

    /// Records that the client has to send more. If too many others wait, the request is refused.
    pub(super) fn wait(&self) {
        if !self.try_wait(RUNNING) {
            self.change(RUNNING, REFUSED);
        }
    }

    /// Records that the client has to read more of the response, and returns the time that it has.
    pub(super) fn stall(&self) -> Patience {
        let state = self.state.load(Relaxed);
        if !matches!(state, RUNNING | READ_OVERDUE) || self.try_wait(state) {
            return Patience::Full;
        }
        let counts = &self.in_flight.0;
        if state == READ_OVERDUE {
            return Patience::Short;
        }
        if !increment(&counts.overdue, counts.limit / OVERDUE) {
            return Patience::Exhausted;
        }
        if !self.change(RUNNING, READ_OVERDUE) {
            counts.overdue.fetch_sub(1, Relaxed);
        }
        Patience::Short
    }

    /// Lets a request in this state wait for its client; `false` if too many others do.
    fn try_wait(&self, state: u8) -> bool {
        let counts = &self.in_flight.0;
        if self.state.load(Relaxed) != state {
            return true;
        }
        if !increment(&counts.waiting, counts.limit.saturating_mul(WAITING)) {
            return false;
        }
        if self.change(state, WAITING_FOR_CLIENT) {
            counts.running.fetch_sub(1, Relaxed);
            if state == READ_OVERDUE {
                counts.overdue.fetch_sub(1, Relaxed);
            }
        } else {
            counts.waiting.fetch_sub(1, Relaxed);
        }
        true
    }

    /// Records that the client has sent or read more. The request goes on, even if the limit is reached.
    pub(super) fn resume(&self) {
        let counts = &self.in_flight.0;
        match self.state.load(Relaxed) {
            WAITING_FOR_CLIENT => {
                counts.running.fetch_add(1, Relaxed);
                let ended = if self.change(WAITING_FOR_CLIENT, RUNNING) {
                    &counts.waiting
                } else {
                    &counts.running
                };
                ended.fetch_sub(1, Relaxed);
            }
            READ_OVERDUE if self.change(READ_OVERDUE, RUNNING) => {
                counts.overdue.fetch_sub(1, Relaxed);
            }
            _ => {}
        }
    }

    /// Changes the state, unless the request has ended.
    fn change(&self, from: u8, to: u8) -> bool {
        let changed = self.state.compare_exchange(from, to, Relaxed, Relaxed);
        changed.is_ok()
    }
}
