//! The well-behaved client.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use crate::attackers::process::Process;
use crate::client::read_first_response;
use crate::outcome::Outcome;
use crate::tls::identity::{self, HTTP1};
use crate::tls::{Http1Client, http1_request, stream};
use crate::usage;

/// The requests on each connection between two looks at the clock.
const ROUNDS: usize = 10;

/// The time between two new connections.
const CONNECT_INTERVAL: Duration = Duration::from_millis(100);

/// Keep-alive connections that are never idle, and new ones from time to time.
pub(crate) struct GoodClient {
    address: SocketAddr,
    config: Arc<ClientConfig>,
    client: Http1Client,
}

/// The requests of a client in a time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Served {
    pub(crate) requests: usize,
    pub(crate) failed: usize,
    /// Without the time for which the client waited for its core, which it shares with the attackers.
    elapsed: Duration,
    /// Of the server, for the attackers too.
    cpu_time: Duration,
}

impl GoodClient {
    pub(crate) fn connect(address: SocketAddr, certificate: &str) -> Outcome<Self> {
        let config = identity::client(certificate, HTTP1)?;
        Ok(Self {
            client: Http1Client::connect(address, &config)?,
            address,
            config,
        })
    }

    /// Sends requests for some time.
    pub(crate) fn run(&mut self, time: Duration, server: &Process) -> Outcome<Served> {
        let mut served = Served::default();
        let (begin, cpu_time) = (Instant::now(), server.cpu_time()?);
        let waiting_time = waiting_time()?;
        let mut next = Duration::ZERO;
        while begin.elapsed() < time {
            if let Ok((requests, _)) = self.client.batch(ROUNDS) {
                served.requests += requests;
            } else {
                served.failed += 1;
                if let Ok(client) = Http1Client::connect(self.address, &self.config) {
                    self.client = client;
                }
            }
            if begin.elapsed() >= next {
                next += CONNECT_INTERVAL;
                match self.send_on_new_connection() {
                    Ok(()) => served.requests += 1,
                    Err(_) => served.failed += 1,
                }
            }
        }
        let waited = self::waiting_time()?.saturating_sub(waiting_time);
        served.elapsed = begin.elapsed().saturating_sub(waited);
        served.cpu_time = server.cpu_time()?.saturating_sub(cpu_time);
        Ok(served)
    }

    fn send_on_new_connection(&self) -> Outcome<()> {
        let mut stream = stream::connect(self.address, &self.config)?;
        stream.write_all(&http1_request())?;
        read_first_response(&mut stream)?;
        Ok(())
    }
}

/// Returns the time for which this thread has waited for its core.
fn waiting_time() -> Outcome<Duration> {
    let time = usage::waiting_time_of_this_thread();
    let time = time.ok_or("the system reports no waiting time")?;
    Ok(Duration::from_nanos(time))
}

impl Served {
    /// Returns the requests per second.
    pub(crate) fn rate(&self) -> f64 {
        self.per(self.elapsed)
    }

    /// Returns the requests per second of the server's CPU time.
    pub(crate) fn per_cpu_second(&self) -> f64 {
        self.per(self.cpu_time)
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn per(&self, time: Duration) -> f64 {
        self.requests as f64 / time.as_secs_f64()
    }
}
