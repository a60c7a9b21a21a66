//! `palisade::serve` compared with `axum-server` over TLS: `cargo run --release -p palisade-benches -- tls`.

pub(crate) mod api;
pub(crate) mod frames;
mod http1;
mod http2;
pub(crate) mod identity;
mod ratio;
mod server;
pub(crate) mod stream;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::http1::{Http1Client, request as http1_request};
use self::http2::Http2Client;
use self::identity::{HTTP1, HTTP2, Identity};
use self::ratio::Ratio;
use self::server::{Server, Service};
use crate::machine::Machine;
use crate::outcome::Outcome;
use crate::table::Table;

/// The rounds of a full run and of a quick one.
const ROUNDS: usize = 300;
const QUICK_ROUNDS: usize = 10;

/// The requests of a round for each server, as multiples of those that a client has in flight.
const HTTP1_BATCH: usize = 40;
const HTTP2_BATCH: usize = 20;

/// A server with a client.
struct Lane {
    server: Server,
    client: Client,
    samples: Vec<Sample>,
}

enum Client {
    Http1(Http1Client),
    Http2(Http2Client),
}

/// The time of one request in a round, in microseconds.
#[derive(Clone, Copy)]
struct Sample {
    elapsed: f64,
    /// The CPU time of the server, which other programs hardly affect.
    cpu_time: f64,
}

/// Measures both protocols, and prints a table.
pub(crate) fn run(is_quick: bool, out: &mut impl Write) -> Outcome<()> {
    let rounds = if is_quick { QUICK_ROUNDS } else { ROUNDS };
    let mut table = Table::new([
        "",
        "`axum-server`",
        "throughput",
        "server's CPU time",
        "with the API's routes",
    ]);
    for (name, protocol) in [("HTTP/1.1", HTTP1), ("HTTP/2", HTTP2)] {
        let mut lanes = lanes(protocol)?;
        for round in 0..rounds {
            let order = if round % 2 == 0 { [0, 1, 2] } else { [2, 1, 0] };
            for at in order {
                if let Some(lane) = lanes.get_mut(at) {
                    lane.run()?;
                }
            }
        }
        let [axum_server, palisade, bare] = lanes.map(|lane| lane.samples);
        let elapsed = |sample: &Sample| sample.elapsed;
        let cpu_time = |sample: &Sample| sample.cpu_time;
        table.row(
            name,
            [
                format!(
                    "{:.0} thousand/s",
                    1e3 / ratio::median(axum_server.iter().map(elapsed))
                ),
                Ratio::of(&axum_server, &palisade, elapsed).to_string(),
                Ratio::of(&axum_server, &palisade, cpu_time).to_string(),
                Ratio::of(&bare, &palisade, cpu_time).to_string(),
            ],
        );
    }
    writeln!(out, "{}\n", Machine::current())?;
    writeln!(
        out,
        "### Throughput over TLS relative to `axum-server`\n\n{table}"
    )?;
    writeln!(out, "{}", include_str!("notes.md"))?;
    Ok(())
}

/// Starts `axum-server` and Palisade with the routes of the same API, and `axum-server` with bare axum.
fn lanes(protocol: &[u8]) -> Outcome<[Lane; 3]> {
    let identity = Identity::generate()?;
    let server = Arc::new(identity.server()?);
    let client = identity::client(&identity.certificate, protocol)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let api = runtime.block_on(api::build())?;
    let lane = |service| -> Outcome<Lane> {
        let server = Server::start(service, Arc::clone(&server))?;
        let client = if protocol == HTTP2 {
            Client::Http2(Http2Client::connect(server.address, &client)?)
        } else {
            Client::Http1(Http1Client::connect(server.address, &client)?)
        };
        let mut lane = Lane {
            server,
            client,
            samples: Vec::new(),
        };
        // the first round fills the CPU caches
        lane.run()?;
        lane.samples.clear();
        Ok(lane)
    };
    Ok([
        lane(Service::AxumServer(api.clone().into_router()))?,
        lane(Service::Palisade(Box::new(api)))?,
        lane(Service::AxumServer(api::bare()))?,
    ])
}

impl Lane {
    fn run(&mut self) -> Outcome<()> {
        let before = self.server.cpu_time()?;
        let (requests, elapsed) = match &mut self.client {
            Client::Http1(client) => client.batch(HTTP1_BATCH)?,
            Client::Http2(client) => client.batch(HTTP2_BATCH)?,
        };
        let cpu_time = self.server.cpu_time()?.saturating_sub(before);
        self.samples.push(Sample {
            elapsed: each(elapsed, requests),
            cpu_time: each(cpu_time, requests),
        });
        Ok(())
    }
}

/// Returns the time of one request in microseconds.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn each(time: Duration, requests: usize) -> f64 {
    time.as_secs_f64() * 1e6 / requests.max(1) as f64
}
