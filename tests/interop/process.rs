//! A program that is started, says when it is ready, and is ended with its test.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How long a program may take to be ready; on an idle machine it takes less than a second.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a program prints before the URL at which it listens.
const READY: &str = "listening on ";

/// A running program; ended when dropped.
///
/// Its standard input stays open as long as this lives: a program that watches it ends with
/// the tests even where they are killed.
pub(crate) struct Process {
    child: Child,
    url: String,
    log: Arc<Mutex<String>>,
}

impl Process {
    /// Starts a program and waits for the line that says where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (ready, url) = channel();
        follow(child.stdout.take().unwrap(), &log, Some(ready));
        follow(child.stderr.take().unwrap(), &log, None);
        let url = url.recv_timeout(PATIENCE);
        let mut process = Self {
            child,
            url: String::new(),
            log,
        };
        process.url = url.unwrap_or_else(|error| {
            panic!("{command:?} is not ready: {error}\n{}", process.log());
        });
        process
    }

    /// Where it listens: `http://ADDRESS`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What it has printed so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what a program prints until it ends, so that it never waits for a reader.
fn follow(
    stream: impl Read + Send + 'static,
    log: &Arc<Mutex<String>>,
    mut ready: Option<Sender<String>>,
) {
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            log.lock().unwrap().push_str(&(line.clone() + "\n"));
            if let Some(url) = line.strip_prefix(READY)
                && let Some(ready) = ready.take()
            {
                let _ = ready.send(url.to_owned());
            }
        }
    });
}
