//! The order of the requests to an endpoint: no response replaces that of a later request.
//!
//! Each request gets a number immediately before it is sent. The numbers, and not the clock, define
//! "later": two readings of a clock can be equal, and a clock can be set back. Two requests with the
//! same token are in flight at once if a client disconnects and another one sends the token again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::token::introspection::cache::Digest;

/// Numbers requests, and keeps the latest result of each token while it has a request in flight.
///
/// The result is kept here besides the cache, because a cache may evict it at any time.
pub(super) struct RequestOrder<R> {
    state: Mutex<State<R>>,
}

struct State<R> {
    /// The number of the last request.
    last: u64,
    /// The number of the last request that was sent while the endpoint was not trusted.
    last_distrusted: u64,
    in_flight: HashMap<Digest, InFlight<R>>,
}

/// The requests in flight with one token.
struct InFlight<R> {
    count: usize,
    /// The result of the latest request that got a response, and its number.
    latest: Option<(u64, R)>,
}

/// A request in flight, until it is dropped.
pub(super) struct NumberedRequest<'a, R> {
    order: &'a RequestOrder<R>,
    token: Digest,
    number: u64,
}

impl<R: Clone> RequestOrder<R> {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                last: 0,
                last_distrusted: 0,
                in_flight: HashMap::new(),
            }),
        }
    }

    /// Numbers a request, which must be sent next.
    pub(super) fn start(&self, token: Digest) -> NumberedRequest<'_, R> {
        let mut state = self.lock();
        state.last += 1;
        let in_flight = state.in_flight.entry(token).or_insert(InFlight {
            count: 0,
            latest: None,
        });
        in_flight.count += 1;
        NumberedRequest {
            order: self,
            token,
            number: state.last,
        }
    }

    /// Distrusts the response to every request so far, and calls `clear` to remove cached ones.
    ///
    /// No result is stored meanwhile.
    pub(super) fn distrust(&self, clear: impl FnOnce()) {
        let mut state = self.lock();
        state.last_distrusted = state.last;
        clear();
    }

    /// Returns the number of tokens with a request in flight.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().in_flight.len()
    }
}

impl<R: Clone> NumberedRequest<'_, R> {
    pub(super) fn token(&self) -> Digest {
        self.token
    }

    /// Calls `store` with the result of this request, unless a later request already has one.
    ///
    /// Returns the result to use, which is that of the later request if there is one; `None` if the
    /// response is not trusted. Results of one token are stored one after the other.
    pub(super) fn complete(self, result: R, store: impl FnOnce(&R)) -> Option<R> {
        let mut state = self.order.lock();
        if self.number <= state.last_distrusted {
            return None;
        }
        let latest = &mut state.in_flight.get_mut(&self.token)?.latest;
        match latest {
            Some((number, later)) if *number > self.number => Some(later.clone()),
            _ => {
                store(&result);
                *latest = Some((self.number, result.clone()));
                Some(result)
            }
        }
    }
}

impl<R> RequestOrder<R> {
    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> Drop for NumberedRequest<'_, R> {
    fn drop(&mut self) {
        let mut state = self.order.lock();
        if let Some(in_flight) = state.in_flight.get_mut(&self.token) {
            in_flight.count -= 1;
            if in_flight.count == 0 {
                state.in_flight.remove(&self.token);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Digest {
        Digest::of(b"t")
    }

    /// Completes a request; returns the result to use, and what was stored.
    fn complete(
        request: NumberedRequest<'_, &'static str>,
        result: &'static str,
    ) -> (Option<&'static str>, Option<&'static str>) {
        let mut stored = None;
        let used = request.complete(result, |result| stored = Some(*result));
        (used, stored)
    }

    fn stored(result: &'static str) -> (Option<&'static str>, Option<&'static str>) {
        (Some(result), Some(result))
    }

    #[test]
    fn response_in_the_order_of_requests_is_stored() {
        let order = RequestOrder::new();
        let [first, second] = [(); 2].map(|()| order.start(token()));
        assert_eq!(complete(first, "first"), stored("first"));
        assert_eq!(complete(second, "second"), stored("second"));
        assert_eq!(order.len(), 0);
    }

    /// Every order in which three responses can arrive.
    #[test]
    fn late_response_is_replaced_by_that_of_a_later_request() {
        const RESULTS: [&str; 3] = ["first", "second", "third"];
        for arrival in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let order = RequestOrder::new();
            let mut requests = [(); 3].map(|()| Some(order.start(token())));
            let mut latest = 0;
            for number in arrival {
                let request = requests[number].take().unwrap();
                let (used, stored) = complete(request, RESULTS[number]);
                latest = latest.max(number);
                assert_eq!(used, Some(RESULTS[latest]), "{arrival:?}");
                assert_eq!(stored.is_some(), latest == number, "{arrival:?}");
            }
            assert_eq!(order.len(), 0, "{arrival:?}");
        }
    }

    #[test]
    fn request_without_response_orders_nothing() {
        let order = RequestOrder::new();
        let first = order.start(token());
        drop(order.start(token()));
        assert_eq!(complete(first, "first"), stored("first"));
        assert_eq!(order.len(), 0);
    }

    #[test]
    fn other_token_is_not_ordered() {
        let order = RequestOrder::new();
        let first = order.start(token());
        let other = order.start(Digest::of(b"u"));
        assert_eq!(complete(other, "other"), stored("other"));
        assert_eq!(complete(first, "first"), stored("first"));
    }

    #[test]
    fn response_to_a_request_before_distrust_is_not_used() {
        let order = RequestOrder::new();
        let before = order.start(token());
        let mut cleared = false;
        order.distrust(|| cleared = true);
        assert!(cleared);
        let after = order.start(token());
        assert_eq!(complete(before, "before"), (None, None));
        assert_eq!(complete(after, "after"), stored("after"));
    }
}
