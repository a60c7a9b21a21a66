//! The slot for the one fetch that may be in flight.
//!
//! Fetches therefore end in the order in which they start, and a slow one never replaces the keys of
//! a later one.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Counts started and finished fetches; a fetch is identified by its number, from 1 on.
#[derive(Default)]
pub(super) struct FetchSlot {
    started: AtomicU64,
    finished: AtomicU64,
    fetch_finished: Notify,
}

impl FetchSlot {
    /// Returns the number of the fetch in flight.
    pub(super) fn in_flight(&self) -> Option<u64> {
        let started = self.started.load(Ordering::Acquire);
        (started > self.finished.load(Ordering::Acquire)).then_some(started)
    }

    /// Starts a fetch and returns its number, unless one is in flight.
    pub(super) fn try_start(&self) -> Option<u64> {
        let finished = self.finished.load(Ordering::Acquire);
        self.started
            .compare_exchange(finished, finished + 1, Ordering::AcqRel, Ordering::Relaxed)
            .ok()
            .map(|previous| previous + 1)
    }

    /// Records that a fetch has finished, successfully or not.
    pub(super) fn finish(&self, fetch: u64) {
        self.finished.store(fetch, Ordering::Release);
        self.fetch_finished.notify_waiters();
    }

    /// Waits until a fetch has finished.
    pub(super) async fn wait_for(&self, fetch: u64) {
        loop {
            let fetch_finished = self.fetch_finished.notified();
            if self.finished.load(Ordering::Acquire) >= fetch {
                return;
            }
            fetch_finished.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn second_fetch_starts_only_after_the_first_has_finished() {
        let slot = FetchSlot::default();
        assert_eq!(slot.in_flight(), None);
        assert_eq!(slot.try_start(), Some(1));
        assert_eq!(slot.try_start(), None);
        assert_eq!(slot.in_flight(), Some(1));
        slot.finish(1);
        assert_eq!(slot.in_flight(), None);
        assert_eq!(slot.try_start(), Some(2));
        assert_eq!(slot.in_flight(), Some(2));
    }

    /// The end of an earlier fetch must not wake a waiter for a later one.
    #[test]
    fn waiter_waits_for_its_own_fetch() {
        let slot = FetchSlot::default();
        let context = &mut Context::from_waker(Waker::noop());
        slot.try_start();
        let mut first = pin!(slot.wait_for(1));
        assert_eq!(first.as_mut().poll(context), Poll::Pending);
        slot.finished.store(1, Ordering::Release);
        slot.try_start();
        let mut second = pin!(slot.wait_for(2));
        assert_eq!(second.as_mut().poll(context), Poll::Pending);
        slot.fetch_finished.notify_waiters();
        assert_eq!(first.as_mut().poll(context), Poll::Ready(()));
        assert_eq!(second.as_mut().poll(context), Poll::Pending);
        slot.finish(2);
        assert_eq!(second.as_mut().poll(context), Poll::Ready(()));
        assert_eq!(
            pin!(slot.wait_for(2)).poll(context),
            Poll::Ready(()),
            "a late waiter does not wait"
        );
    }
}
