//! What several of the test programs share.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test ends where it is wrong"
)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};

use serde_json::Value;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// Everything that this thread logs, at every level, as JSON lines.
#[derive(Clone, Default)]
pub struct Log {
    written: Arc<Mutex<Vec<u8>>>,
}

impl Log {
    /// Begins to listen, until the guard is dropped.
    ///
    /// Somebody listens to every thread from the first time on: where nobody did when an event's
    /// place was first passed, by another test, `tracing` may go on to think that nobody does.
    pub fn listen() -> (Self, DefaultGuard) {
        static SOMEBODY: Once = Once::new();
        SOMEBODY.call_once(|| {
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

    /// What was logged, as it was written.
    pub fn text(&self) -> String {
        String::from_utf8(self.written.lock().unwrap().clone()).unwrap()
    }

    /// The events of one target since the last call, and forgets everything else.
    pub fn take(&self, target: &str) -> Vec<Value> {
        let text = self.text();
        self.written.lock().unwrap().clear();
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
        self.written.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
