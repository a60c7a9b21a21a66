//! The log of a test.
#![expect(clippy::unwrap_used, reason = "test support")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};

use serde_json::Value;
use tracing::subscriber::DefaultGuard;

/// The events of this thread. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct TestLog(Arc<Mutex<Vec<u8>>>);

impl TestLog {
    /// Captures the events until the guard is dropped.
    pub(crate) fn capture() -> (Self, DefaultGuard) {
        enable_events();
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone());
        (log, tracing::subscriber::set_default(subscriber.finish()))
    }

    /// Returns everything since the last call of `take`.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Returns the fields of the events of a target since the last call, and drops the others.
    pub(crate) fn take(&self, target: &str) -> Vec<Value> {
        let text = std::mem::take(&mut *self.0.lock().unwrap());
        let text = String::from_utf8(text).unwrap();
        let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
        events
            .filter(|event: &Value| event.get("target").is_some_and(|found| found == target))
            .map(|event| event.get("fields").cloned().unwrap_or_default())
            .collect()
    }
}

/// Sets a global subscriber that discards its events.
///
/// Without one, `tracing` may cache an event as disabled if the thread of another test emits it
/// first, and the subscriber of this thread then misses it.
pub(crate) fn enable_events() {
    static GLOBAL: Once = Once::new();
    GLOBAL.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(io::sink);
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    });
}

impl Write for TestLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
