//! Keeps fetched keys fresh while nobody calls.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::keys::source::fetched::FetchedKeys;

/// How often the clock is looked at, at least and at most: it may be set, or injected.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Looks at the clock from time to time, until nobody else has the keys.
pub(super) fn keep(keys: &Arc<FetchedKeys>) {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(watch(Arc::downgrade(keys)));
    }
}

async fn watch(keys: Weak<FetchedKeys>) {
    let (shortest, longest) = PAUSES;
    while let Some(until_due) = keys.upgrade().map(|keys| keys.look_at_the_clock()) {
        tokio::time::sleep(until_due.clamp(shortest, longest)).await;
    }
}
