//! A future that is polled only after it has been woken.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A future beside others in one task, which is rarely ready.
///
/// The others wake the task for each request. Polling this one, too, would take the locks of timers and notifications each time.
pub(super) struct Woken<'a, F> {
    future: Pin<&'a mut F>,
    /// `None` until the first poll.
    signal: Option<Arc<Signal>>,
}

/// Whether the future has been woken, and the task to wake.
struct Signal {
    is_woken: AtomicBool,
    task: Waker,
}

impl<'a, F: Future> Woken<'a, F> {
    pub(super) fn new(future: Pin<&'a mut F>) -> Self {
        Self {
            future,
            signal: None,
        }
    }
}

impl<F: Future> Future for Woken<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let task = context.waker();
        let signal = match &self.signal {
            Some(signal) if signal.task.will_wake(task) => {
                if !signal.is_woken.swap(false, Ordering::AcqRel) {
                    return Poll::Pending;
                }
                Arc::clone(signal)
            }
            // the first poll, or the first one in another task
            _ => {
                let signal = Arc::new(Signal {
                    is_woken: AtomicBool::new(false),
                    task: task.clone(),
                });
                self.signal = Some(Arc::clone(&signal));
                signal
            }
        };
        let waker = Waker::from(signal);
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.task.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::Notify;

    use super::*;

    /// Polls a future once.
    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
        poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context))).await
    }

    #[tokio::test]
    async fn future_is_polled_first_and_when_it_is_woken() {
        let (polls, notify) = (AtomicUsize::new(0), Notify::new());
        let mut notified = pin!(notify.notified());
        let counted = pin!(poll_fn(|context| {
            polls.fetch_add(1, Ordering::Relaxed);
            notified.as_mut().poll(context)
        }));
        let mut woken = Woken::new(counted);
        for _ in 0..3 {
            assert!(poll_once(&mut woken).await.is_pending());
            assert_eq!(polls.load(Ordering::Relaxed), 1);
        }
        notify.notify_one();
        assert!(poll_once(&mut woken).await.is_ready());
    }

    /// A future that is pending although it has just woken its task, as those of tokio are when the task has used up its budget.
    #[tokio::test]
    async fn future_that_wakes_its_task_is_polled_again() {
        let mut rest = 3;
        let yielding = pin!(poll_fn(|context: &mut Context<'_>| {
            rest -= 1;
            context.waker().wake_by_ref();
            if rest == 0 {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }));
        Woken::new(yielding).await;
        assert_eq!(rest, 0);
    }

    #[tokio::test]
    async fn future_wakes_the_task_that_polled_it_last() {
        let notify = Arc::new(Notify::new());
        let notified = Arc::clone(&notify);
        let future: &'static mut _ = Box::leak(Box::new(Box::pin(async move {
            notified.notified().await;
        })));
        let mut woken = Woken::new(Pin::new(future));
        assert!(poll_once(&mut woken).await.is_pending());
        let other = tokio::spawn(woken);
        tokio::task::yield_now().await;
        notify.notify_one();
        other.await.unwrap();
    }
}
