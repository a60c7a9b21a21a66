//! Attempts to fetch keys: at most one is under way, and each can be waited for.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// How many attempts have begun and ended; an attempt is told by its number, from 1 on.
#[derive(Default)]
pub(super) struct Attempts {
    begun: AtomicU64,
    ended: AtomicU64,
    one_ended: Notify,
}

impl Attempts {
    /// The attempt that is under way.
    pub(super) fn under_way(&self) -> Option<u64> {
        let begun = self.begun.load(Ordering::Acquire);
        (begun > self.ended.load(Ordering::Acquire)).then_some(begun)
    }

    /// Begins an attempt, where none is under way.
    pub(super) fn begin(&self) -> Option<u64> {
        let ended = self.ended.load(Ordering::Acquire);
        self.begun
            .compare_exchange(ended, ended + 1, Ordering::AcqRel, Ordering::Relaxed)
            .ok()
            .map(|before| before + 1)
    }

    /// The attempt has ended, whether it brought keys or not.
    pub(super) fn end(&self, attempt: u64) {
        self.ended.store(attempt, Ordering::Release);
        self.one_ended.notify_waiters();
    }

    /// Waits until the attempt has ended.
    pub(super) async fn until_ended(&self, attempt: u64) {
        loop {
            let one_ended = self.one_ended.notified();
            if self.ended.load(Ordering::Acquire) >= attempt {
                return;
            }
            one_ended.await;
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
    fn one_is_under_way_at_a_time() {
        let attempts = Attempts::default();
        assert_eq!(attempts.under_way(), None);
        assert_eq!(attempts.begin(), Some(1));
        assert_eq!(attempts.begin(), None);
        assert_eq!(attempts.under_way(), Some(1));
        attempts.end(1);
        assert_eq!(attempts.under_way(), None);
        assert_eq!(attempts.begin(), Some(2));
        assert_eq!(attempts.under_way(), Some(2));
    }

    /// The end of an earlier attempt wakes nobody who waits for a later one, however they cross.
    #[test]
    fn each_is_waited_for_by_its_number() {
        let attempts = Attempts::default();
        let context = &mut Context::from_waker(Waker::noop());
        attempts.begin();
        let mut first = pin!(attempts.until_ended(1));
        assert_eq!(first.as_mut().poll(context), Poll::Pending);
        attempts.ended.store(1, Ordering::Release);
        attempts.begin();
        let mut second = pin!(attempts.until_ended(2));
        assert_eq!(second.as_mut().poll(context), Poll::Pending);
        attempts.one_ended.notify_waiters();
        assert_eq!(first.as_mut().poll(context), Poll::Ready(()));
        assert_eq!(second.as_mut().poll(context), Poll::Pending);
        attempts.end(2);
        assert_eq!(second.as_mut().poll(context), Poll::Ready(()));
        assert_eq!(
            pin!(attempts.until_ended(2)).poll(context),
            Poll::Ready(()),
            "who comes late does not wait"
        );
    }
}
