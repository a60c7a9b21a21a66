//! A child process that reports when it is ready, and ends with the tests.

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The time for a program to become ready. On an idle machine it takes less than a second.
const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// The delay before another attempt to connect.
const CONNECT_DELAY: Duration = Duration::from_millis(20);

/// The text that a program prints before its URL.
const READY: &str = "listening on ";

/// A running program, which is killed on drop.
///
/// Its standard input stays open until then, so a program that watches it ends even if the tests
/// are killed.
pub(crate) struct Process {
    child: Child,
    url: String,
    log: Arc<Mutex<String>>,
}

impl Process {
    /// Starts a program, and waits for the line with its URL.
    pub(crate) fn start(command: &mut Command) -> Self {
        let (ready, url) = channel();
        let mut process = Self::spawn(command, Some(ready));
        let url = url.recv_timeout(READY_TIMEOUT);
        process.url = url.unwrap_or_else(|error| {
            panic!("{command:?} is not ready: {error}\n{}", process.log());
        });
        process
    }

    /// Starts a program that prints nothing when it is ready, and waits until it accepts connections.
    pub(crate) fn start_at(command: &mut Command, scheme: &str, address: SocketAddr) -> Self {
        let mut process = Self::spawn(command, None);
        process.url = format!("{scheme}://{address}");
        let attempts = READY_TIMEOUT.as_millis() / CONNECT_DELAY.as_millis();
        for _ in 0..attempts {
            if TcpStream::connect(address).is_ok() {
                return process;
            }
            if let Some(status) = process.child.try_wait().unwrap() {
                panic!("{command:?} ended with {status}\n{}", process.log());
            }
            thread::sleep(CONNECT_DELAY);
        }
        panic!("{command:?} does not listen\n{}", process.log());
    }

    /// Starts a program, and follows its output.
    fn spawn(command: &mut Command, ready: Option<Sender<String>>) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        follow(child.stdout.take().unwrap(), &log, ready);
        follow(child.stderr.take().unwrap(), &log, None);
        Self {
            child,
            url: String::new(),
            log,
        }
    }

    /// Returns the URL of the program: `http://ADDRESS` or `https://ADDRESS`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the output of the program so far.
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

/// Reads the output of a program until it ends, so that the program never blocks.
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
