//! One request at a time per token: callers with the same token share its response.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::token::introspection::cache::Digest;

/// The requests in flight, by token.
pub(super) struct SingleFlight<T> {
    in_flight: Mutex<HashMap<Digest, Arc<OnceCell<T>>>>,
}

impl<T: Clone> SingleFlight<T> {
    pub(super) fn new() -> Self {
        Self {
            in_flight: Mutex::new(HashMap::new()),
        }
    }

    /// Runs `request`, or waits for the request in flight for the same token.
    ///
    /// If the caller whose request is in flight is canceled, the next waiting caller runs its own.
    pub(super) async fn run(&self, token: Digest, request: impl Future<Output = T>) -> T {
        let mut caller = WaitingCaller {
            single_flight: self,
            token,
            response: None,
        };
        let response = caller
            .response
            .insert(Arc::clone(self.lock().entry(token).or_default()));
        response.get_or_init(|| request).await.clone()
    }

    /// Returns the number of tokens with a request in flight.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }
}

impl<T> SingleFlight<T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, Arc<OnceCell<T>>>> {
        self.in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the entry of its token when the first caller returns or the last one is canceled.
struct WaitingCaller<'a, T> {
    single_flight: &'a SingleFlight<T>,
    token: Digest,
    response: Option<Arc<OnceCell<T>>>,
}

impl<T> Drop for WaitingCaller<'_, T> {
    fn drop(&mut self) {
        // released before the lock is taken: if two callers are canceled at once, the second to
        // take the lock must not count the first
        self.response = None;
        let mut in_flight = self.single_flight.lock();
        // the lock keeps new callers out, so a count of one is the map's own reference
        let is_finished = in_flight
            .get(&self.token)
            .is_some_and(|entry| Arc::strong_count(entry) == 1 || entry.initialized());
        if is_finished {
            in_flight.remove(&self.token);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::pin::pin;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Context, Poll, Waker};
    use std::thread;
    use std::time::{Duration, Instant};

    use tokio::sync::oneshot;

    use super::*;

    fn token() -> Digest {
        Digest::of(b"t")
    }

    #[tokio::test]
    async fn caller_during_a_request_gets_its_response() {
        let single_flight = SingleFlight::new();
        let (response, request) = oneshot::channel::<u32>();
        let context = &mut Context::from_waker(Waker::noop());
        let mut first = pin!(single_flight.run(token(), async { request.await.unwrap() }));
        assert_eq!(first.as_mut().poll(context), Poll::Pending);
        let second = single_flight.run(token(), async { unreachable!("a request is in flight") });
        let mut second = pin!(second);
        assert_eq!(second.as_mut().poll(context), Poll::Pending);
        let other = single_flight.run(Digest::of(b"u"), ready(7));
        assert_eq!(other.await, 7, "another token does not wait");
        response.send(1).unwrap();
        assert_eq!(first.await, 1);
        assert_eq!(second.await, 1);
        assert_eq!(single_flight.len(), 0);
    }

    /// A response is for the callers that waited for it; caching is another module's task.
    #[tokio::test]
    async fn caller_after_a_response_sends_a_request() {
        let single_flight = SingleFlight::new();
        let requests = AtomicU32::new(0);
        let request = || async { requests.fetch_add(1, Ordering::Relaxed) };
        let context = &mut Context::from_waker(Waker::noop());
        let mut slow = pin!(single_flight.run(token(), request()));
        let (response, late) = oneshot::channel::<u32>();
        {
            let mut first = pin!(single_flight.run(token(), async { late.await.unwrap() }));
            assert_eq!(first.as_mut().poll(context), Poll::Pending);
            assert_eq!(slow.as_mut().poll(context), Poll::Pending);
            response.send(9).unwrap();
            assert_eq!(first.await, 9);
        }
        assert_eq!(
            single_flight.run(token(), request()).await,
            0,
            "not the earlier response"
        );
        assert_eq!(slow.await, 9);
        assert_eq!(single_flight.len(), 0);
    }

    #[tokio::test]
    async fn canceled_request_is_sent_by_the_next_caller() {
        let single_flight = SingleFlight::new();
        let context = &mut Context::from_waker(Waker::noop());
        let mut next = pin!(single_flight.run(token(), ready(2)));
        {
            let mut first = pin!(single_flight.run(token(), pending::<u32>()));
            assert_eq!(first.as_mut().poll(context), Poll::Pending);
            assert_eq!(next.as_mut().poll(context), Poll::Pending);
        }
        assert_eq!(single_flight.len(), 1);
        assert_eq!(next.await, 2);
        assert_eq!(single_flight.len(), 0);
    }

    /// The held lock makes both callers release their references before either checks the count.
    #[test]
    fn two_callers_canceled_at_once_leave_no_entry() {
        let single_flight = SingleFlight::<u32>::new();
        let context = &mut Context::from_waker(Waker::noop());
        let [one, other] = [(); 2].map(|()| {
            let mut waiting = Box::pin(single_flight.run(token(), pending()));
            assert_eq!(waiting.as_mut().poll(context), Poll::Pending);
            waiting
        });
        thread::scope(|threads| {
            let in_flight = single_flight.lock();
            let entry = Arc::downgrade(in_flight.get(&token()).unwrap());
            threads.spawn(move || drop(one));
            threads.spawn(move || drop(other));
            let start = Instant::now();
            while entry.strong_count() > 1 && start.elapsed() < Duration::from_secs(5) {
                thread::yield_now();
            }
            assert_eq!(entry.strong_count(), 1, "the map's own reference");
        });
        assert_eq!(single_flight.len(), 0);
    }

    #[tokio::test]
    async fn canceled_callers_leave_no_entry() {
        let single_flight = SingleFlight::<u32>::new();
        let context = &mut Context::from_waker(Waker::noop());
        {
            let mut only = pin!(single_flight.run(token(), pending()));
            assert_eq!(only.as_mut().poll(context), Poll::Pending);
            assert_eq!(single_flight.len(), 1);
        }
        assert_eq!(single_flight.len(), 0);
    }
}
