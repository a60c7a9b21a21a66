//! Support that several test programs share.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};

use serde_json::Value;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// The log of this thread at every level, as JSON lines.
#[derive(Clone, Default)]
pub struct Log {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Log {
    /// Captures the events of this thread until the guard is dropped.
    ///
    /// The first call also sets a global subscriber that discards its events. Without one,
    /// `tracing` may cache a call site as disabled if another test reaches it first.
    pub fn capture() -> (Self, DefaultGuard) {
        static GLOBAL: Once = Once::new();
        GLOBAL.call_once(|| {
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_writer(io::sink)
                .finish();
            tracing::subscriber::set_global_default(subscriber).unwrap();
        });
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// Returns the captured log as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }

    /// Returns the events of one target since the last call, and clears the log.
    pub fn take(&self, target: &str) -> Vec<Value> {
        let text = self.text();
        self.bytes.lock().unwrap().clear();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|event: &Value| event["target"] == target)
            .collect()
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
