//! One question at a time for each token: who comes while it is asked waits for the same answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::token::introspection::known::Digest;

/// The questions that are under way.
pub(super) struct Flights<T> {
    under_way: Mutex<HashMap<Digest, Arc<OnceCell<T>>>>,
}

impl<T: Clone> Flights<T> {
    pub(super) fn new() -> Self {
        Self {
            under_way: Mutex::new(HashMap::new()),
        }
    }

    /// What asking brings; where somebody asks already, what that brings.
    ///
    /// Where the one who asks goes away, the first of those who wait asks instead.
    pub(super) async fn join(&self, token: Digest, asking: impl Future<Output = T>) -> T {
        let mut waiter = Waiter {
            flights: self,
            token,
            flight: None,
        };
        let flight = waiter
            .flight
            .insert(Arc::clone(self.lock().entry(token).or_default()));
        flight.get_or_init(|| asking).await.clone()
    }

    /// How many tokens are being asked about.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }
}

impl<T> Flights<T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, Arc<OnceCell<T>>>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who waits; the first to leave with an answer, or the last to leave without, ends the flight.
struct Waiter<'a, T> {
    flights: &'a Flights<T>,
    token: Digest,
    flight: Option<Arc<OnceCell<T>>>,
}

impl<T> Drop for Waiter<'_, T> {
    fn drop(&mut self) {
        // let go of first: of two who leave together, the second to look must not count the first
        self.flight = None;
        let mut under_way = self.flights.lock();
        // nobody joins while the list is locked, so that what only the list holds is nobody's
        let has_ended = under_way
            .get(&self.token)
            .is_some_and(|listed| Arc::strong_count(listed) == 1 || listed.initialized());
        if has_ended {
            under_way.remove(&self.token);
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
    async fn who_comes_while_it_is_asked_gets_the_same_answer() {
        let flights = Flights::new();
        let (answer, asked) = oneshot::channel::<u32>();
        let context = &mut Context::from_waker(Waker::noop());
        let mut first = pin!(flights.join(token(), async { asked.await.unwrap() }));
        assert_eq!(first.as_mut().poll(context), Poll::Pending);
        let second = flights.join(token(), async { unreachable!("it is asked already") });
        let mut second = pin!(second);
        assert_eq!(second.as_mut().poll(context), Poll::Pending);
        let other = flights.join(Digest::of(b"u"), ready(7));
        assert_eq!(other.await, 7, "another token does not wait");
        answer.send(1).unwrap();
        assert_eq!(first.await, 1);
        assert_eq!(second.await, 1);
        assert_eq!(flights.len(), 0);
    }

    /// An answer is for those who waited for it; remembering it is another's task.
    #[tokio::test]
    async fn who_comes_after_the_answer_asks_anew() {
        let flights = Flights::new();
        let asked = AtomicU32::new(0);
        let ask = || async { asked.fetch_add(1, Ordering::Relaxed) };
        let context = &mut Context::from_waker(Waker::noop());
        let mut slow = pin!(flights.join(token(), ask()));
        let (answer, late) = oneshot::channel::<u32>();
        {
            let mut first = pin!(flights.join(token(), async { late.await.unwrap() }));
            assert_eq!(first.as_mut().poll(context), Poll::Pending);
            assert_eq!(slow.as_mut().poll(context), Poll::Pending);
            answer.send(9).unwrap();
            assert_eq!(first.await, 9);
        }
        assert_eq!(flights.join(token(), ask()).await, 0, "not the 9 of before");
        assert_eq!(slow.await, 9);
        assert_eq!(flights.len(), 0);
    }

    #[tokio::test]
    async fn where_the_asker_goes_away_the_next_asks() {
        let flights = Flights::new();
        let context = &mut Context::from_waker(Waker::noop());
        let mut next = pin!(flights.join(token(), ready(2)));
        {
            let mut first = pin!(flights.join(token(), pending::<u32>()));
            assert_eq!(first.as_mut().poll(context), Poll::Pending);
            assert_eq!(next.as_mut().poll(context), Poll::Pending);
        }
        assert_eq!(flights.len(), 1);
        assert_eq!(next.await, 2);
        assert_eq!(flights.len(), 0);
    }

    /// Both have let go before either looks whether anybody is left, which the held lock makes sure of.
    #[test]
    fn where_two_go_away_at_once_nothing_is_kept() {
        let flights = Flights::<u32>::new();
        let context = &mut Context::from_waker(Waker::noop());
        let [one, other] = [(); 2].map(|()| {
            let mut waiting = Box::pin(flights.join(token(), pending()));
            assert_eq!(waiting.as_mut().poll(context), Poll::Pending);
            waiting
        });
        thread::scope(|threads| {
            let under_way = flights.lock();
            let flight = Arc::downgrade(under_way.get(&token()).unwrap());
            threads.spawn(move || drop(one));
            threads.spawn(move || drop(other));
            let begun = Instant::now();
            while flight.strong_count() > 1 && begun.elapsed() < Duration::from_secs(5) {
                thread::yield_now();
            }
            assert_eq!(flight.strong_count(), 1, "the list's own");
        });
        assert_eq!(flights.len(), 0);
    }

    #[tokio::test]
    async fn where_everybody_goes_away_nothing_is_kept() {
        let flights = Flights::<u32>::new();
        let context = &mut Context::from_waker(Waker::noop());
        {
            let mut only = pin!(flights.join(token(), pending()));
            assert_eq!(only.as_mut().poll(context), Poll::Pending);
            assert_eq!(flights.len(), 1);
        }
        assert_eq!(flights.len(), 0);
    }
}
