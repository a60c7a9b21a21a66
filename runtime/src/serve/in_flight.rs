//! The requests in flight: those whose response body has not ended, and those that wait for their own body.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use crate::serve::counted_body::CountedBody;

/// The requests that may wait for the rest of their bodies, as a multiple of the limit of requests in flight.
const WAITING: usize = 2;

/// Counts requests up to a limit.
///
/// A request whose client has to send more of the body counts separately. Otherwise clients that send slowly would leave no
/// request for others.
#[derive(Clone)]
pub(super) struct InFlight {
    limit: usize,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    running: AtomicUsize,
    waiting: AtomicUsize,
}

/// A request that counts until it is dropped.
pub(super) struct InFlightPermit {
    in_flight: InFlight,
    /// `None` for a request without a body.
    reception: Option<Arc<Reception>>,
}

/// The reception of a request's body, which the request and the body share.
pub(super) struct Reception {
    in_flight: InFlight,
    state: AtomicU8,
}

/// The states of a reception.
const RUNNING: u8 = 0;
const WAITING_FOR_CLIENT: u8 = 1;
/// Too many others wait. The request counts as running until it ends.
const REFUSED: u8 = 2;
const ENDED: u8 = 3;

/// The body of a request, which records whether it waits for the client.
pub(super) struct ReceivedBody {
    body: CountedBody,
    reception: Option<Arc<Reception>>,
}

impl InFlight {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            counts: Arc::default(),
        }
    }

    /// Returns whether the last quarter of the limit is in use, so that clients that stall have less time.
    pub(super) fn is_crowded(&self) -> bool {
        let last = self.limit / 4;
        last > 0 && self.counts.running.load(Relaxed) >= self.limit - last
    }

    /// Counts a request; `None` if the limit is reached.
    pub(super) fn enter(&self) -> Option<InFlightPermit> {
        increment(&self.counts.running, self.limit).then(|| InFlightPermit {
            in_flight: self.clone(),
            reception: None,
        })
    }
}

/// Increments a number that is below a limit.
fn increment(count: &AtomicUsize, limit: usize) -> bool {
    let increment = |count: usize| (count < limit).then(|| count + 1);
    count.fetch_update(Relaxed, Relaxed, increment).is_ok()
}

impl InFlightPermit {
    /// Returns the reception of the request's body, if it has one.
    pub(super) fn reception(&self) -> Option<Arc<Reception>> {
        self.reception.clone()
    }

    /// Begins the reception of the request's body.
    fn receive(&mut self) -> Arc<Reception> {
        let reception = self.reception.get_or_insert_with(|| {
            Arc::new(Reception {
                in_flight: self.in_flight.clone(),
                state: AtomicU8::new(RUNNING),
            })
        });
        Arc::clone(reception)
    }
}

impl Drop for InFlightPermit {
    fn drop(&mut self) {
        let counts = &self.in_flight.counts;
        let state = self.reception.as_ref().map(|reception| {
            // from now on, the body changes no count
            reception.state.swap(ENDED, Relaxed)
        });
        let count = match state {
            Some(WAITING_FOR_CLIENT) => &counts.waiting,
            _ => &counts.running,
        };
        count.fetch_sub(1, Relaxed);
    }
}

impl Reception {
    /// Returns whether the request must end, because too many others wait for their bodies.
    pub(super) fn is_refused(&self) -> bool {
        self.state.load(Relaxed) == REFUSED
    }

    /// Records that the client has to send more.
    fn wait(&self) {
        let InFlight { limit, counts } = &self.in_flight;
        if self.state.load(Relaxed) != RUNNING {
            return;
        }
        if !increment(&counts.waiting, limit.saturating_mul(WAITING)) {
            self.change(RUNNING, REFUSED);
        } else if self.change(RUNNING, WAITING_FOR_CLIENT) {
            counts.running.fetch_sub(1, Relaxed);
        } else {
            counts.waiting.fetch_sub(1, Relaxed);
        }
    }

    /// Records that the client has sent more. The request goes on, even if the limit is reached.
    fn resume(&self) {
        let counts = &self.in_flight.counts;
        if self.state.load(Relaxed) != WAITING_FOR_CLIENT {
            return;
        }
        counts.running.fetch_add(1, Relaxed);
        let ended = if self.change(WAITING_FOR_CLIENT, RUNNING) {
            &counts.waiting
        } else {
            &counts.running
        };
        ended.fetch_sub(1, Relaxed);
    }

    /// Changes the state, unless the request has ended.
    fn change(&self, from: u8, to: u8) -> bool {
        let changed = self.state.compare_exchange(from, to, Relaxed, Relaxed);
        changed.is_ok()
    }
}

impl ReceivedBody {
    /// Wraps the body of a request. `permit` is `None` for a request that is refused.
    pub(super) fn new(body: CountedBody, permit: Option<&mut InFlightPermit>) -> Self {
        let permit = permit.filter(|_| !body.is_end_stream());
        Self {
            reception: permit.map(InFlightPermit::receive),
            body,
        }
    }
}

impl HttpBody for ReceivedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Some(reception) = &self.reception {
            if frame.is_pending() {
                reception.wait();
            } else {
                reception.resume();
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
