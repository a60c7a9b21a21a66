//! The order of the requests to an endpoint: no response replaces that of a later request.
//!
//! Each request gets a number immediately before it is sent. The numbers, and not the clock, define
//! "later": two readings of a clock can be equal, and a clock can be set back. Two requests with the
//! same token are in flight at once if a client disconnects and another one sends the token again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Numbers requests, and keeps the latest result of each token while it has a request in flight.
///
/// The result is kept here besides the cache, because a cache may evict it at any time.
pub(super) struct RequestOrder<T, R> {
    state: Mutex<State<T, R>>,
}

struct State<T, R> {
    /// The number of the last request.
    last: u64,
    /// The number of the last request that was sent while the endpoint was not trusted.
    last_distrusted: u64,
    in_flight: HashMap<T, InFlight<R>>,
}

/// The requests in flight with one token.
struct InFlight<R> {
    count: usize,
    /// The result of the latest request that got a response, and its number.
    latest: Option<(u64, R)>,
}

/// A request in flight, until it is dropped.
pub(super) struct NumberedRequest<'a, T: Hash + Eq, R> {
    order: &'a RequestOrder<T, R>,
    token: T,
    number: u64,
}

impl<T: Copy + Hash + Eq, R: Clone> RequestOrder<T, R> {
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
    pub(super) fn start(&self, token: T) -> NumberedRequest<'_, T, R> {
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

impl<T: Copy + Hash + Eq, R: Clone> NumberedRequest<'_, T, R> {
    pub(super) fn token(&self) -> T {
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

impl<T, R> RequestOrder<T, R> {
    fn lock(&self) -> MutexGuard<'_, State<T, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Hash + Eq, R> Drop for NumberedRequest<'_, T, R> {
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

    const TOKEN: u8 = 1;

    /// Completes a request; returns the result to use, and what was stored.
    fn complete(
        request: NumberedRequest<'_, u8, &'static str>,
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
        let [first, second] = [(); 2].map(|()| order.start(TOKEN));
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
            let mut requests = [(); 3].map(|()| Some(order.start(TOKEN)));
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
        let first = order.start(TOKEN);
        drop(order.start(TOKEN));
        assert_eq!(complete(first, "first"), stored("first"));
        assert_eq!(order.len(), 0);
    }

    #[test]
    fn other_token_is_not_ordered() {
        let order = RequestOrder::new();
        let first = order.start(TOKEN);
        let other = order.start(2);
        assert_eq!(complete(other, "other"), stored("other"));
        assert_eq!(complete(first, "first"), stored("first"));
    }

    #[test]
    fn response_to_a_request_before_distrust_is_not_used() {
        let order = RequestOrder::new();
        let before = order.start(TOKEN);
        let mut cleared = false;
        order.distrust(|| cleared = true);
        assert!(cleared);
        let after = order.start(TOKEN);
        assert_eq!(complete(before, "before"), (None, None));
        assert_eq!(complete(after, "after"), stored("after"));
    }
}
