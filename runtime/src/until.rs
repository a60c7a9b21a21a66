//! A stream that ends at an event.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

/// A stream that ends when a future completes, and is dropped then.
pub(crate) struct Until<S> {
    /// `None` after the end.
    stream: Option<Pin<Box<S>>>,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<S> Until<S> {
    pub(crate) fn new(stream: S, end: Pin<Box<dyn Future<Output = ()> + Send>>) -> Self {
        Self {
            stream: Some(Box::pin(stream)),
            end,
        }
    }
}

impl<S: Stream> Stream for Until<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = &mut *self;
        let Some(stream) = &mut this.stream else {
            return Poll::Ready(None);
        };
        // first, so that a stream that is always ready ends too
        if this.end.as_mut().poll(context).is_pending() {
            let item = stream.as_mut().poll_next(context);
            if !matches!(item, Poll::Ready(None)) {
                return item;
            }
        }
        this.stream = None;
        Poll::Ready(None)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let most = self.stream.as_ref().map(|stream| stream.size_hint().1);
        (0, most.unwrap_or(Some(0)))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, StreamExt as _, stream};
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn stream_ends_at_the_event_and_is_dropped() {
        let (end, ended) = oneshot::channel::<()>();
        let held = std::sync::Arc::new(());
        let kept = std::sync::Arc::clone(&held);
        let items = stream::repeat_with(move || std::sync::Arc::strong_count(&kept));
        let mut until = Until::new(items, Box::pin(ended.map(|_| ())));
        assert_eq!(until.next().await, Some(2));
        assert_eq!(until.next().await, Some(2));
        end.send(()).unwrap();
        assert_eq!(until.next().await, None);
        assert_eq!(std::sync::Arc::strong_count(&held), 1);
        assert_eq!(until.next().await, None);
    }

    #[tokio::test]
    async fn pending_stream_is_woken_by_the_event() {
        let (end, ended) = oneshot::channel::<()>();
        let until = Until::new(stream::pending::<u8>(), Box::pin(ended.map(|_| ())));
        let collected = tokio::spawn(until.collect::<Vec<_>>());
        tokio::task::yield_now().await;
        end.send(()).unwrap();
        assert!(collected.await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn stream_that_ends_first_yields_all_items() {
        let until = Until::new(stream::iter([1, 2]), Box::pin(std::future::pending()));
        assert_eq!(until.size_hint(), (0, Some(2)));
        assert_eq!(until.collect::<Vec<_>>().await, [1, 2]);
    }
}
