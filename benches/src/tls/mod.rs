//! `palisade::serve` compared with `axum-server` over TLS: `cargo run --release -p palisade-benches -- tls`.

pub(crate) mod api;
pub(crate) mod frames;
mod http1;
mod http2;
pub(crate) mod identity;
mod server;
pub(crate) mod stream;

use std::io::Write;
use std::sync::Arc;

use palisade::Api;
use rustls::{ClientConfig, ServerConfig};

pub(crate) use self::http1::{Http1Client, request as http1_request};
use self::http2::Http2Client;
use self::identity::{HTTP1, HTTP2, Identity};
use self::server::{Server, Service};
use crate::machine::Machine;
use crate::outcome::Outcome;
use crate::paired::{Ratio, Sample, median, take_turns};
use crate::table::Table;

/// The number of times that all servers start in a full run and in a quick one.
///
/// The memory and the ports of a start change the times of all its rounds by some percent.
const STARTS: usize = 10;
const QUICK_STARTS: usize = 2;

/// The rounds after each start.
const ROUNDS: usize = 6;
const QUICK_ROUNDS: usize = 2;

/// The requests of a round for each server, as multiples of those that a client has in flight.
///
/// A round takes about 0.1 s. In one of 0.01 s, cache misses that the other servers cause are 3 % of the time.
const HTTP1_BATCH: usize = 400;
const HTTP2_BATCH: usize = 200;

/// The protocols, by their names in the table and in ALPN.
const PROTOCOLS: [(&str, &[u8]); 2] = [("HTTP/1.1", HTTP1), ("HTTP/2", HTTP2)];

/// A server that is compared.
#[derive(Clone, Copy)]
enum Contender {
    AxumServer,
    Palisade,
    AxumServerWithoutIds,
    /// `axum-server` with bare axum.
    Bare,
}

/// The parts that the servers of one protocol have in common.
struct Setup {
    protocol: &'static [u8],
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    api: Api,
}

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

/// Measures both protocols, and prints a table.
pub(crate) fn run(is_quick: bool, out: &mut impl Write) -> Outcome<()> {
    let (starts, rounds) = if is_quick {
        (QUICK_STARTS, QUICK_ROUNDS)
    } else {
        (STARTS, ROUNDS)
    };
    let mut table = Table::new([
        "",
        "`axum-server`",
        "throughput",
        "server's CPU time",
        "without request ids",
        "beside bare axum",
    ]);
    for (name, protocol) in PROTOCOLS {
        let setup = Setup::new(protocol)?;
        let mut samples = vec![Vec::new(); Contender::ALL.len()];
        for _ in 0..starts {
            for (samples, lane) in samples.iter_mut().zip(setup.start(rounds)?) {
                samples.extend(lane.samples);
            }
        }
        let [axum_server, palisade, without_ids, bare] = &samples[..] else {
            return Err("a server is missing".into());
        };
        let elapsed = |sample: &Sample| sample.elapsed;
        let cpu_time = |sample: &Sample| sample.cpu_time;
        table.row(
            name,
            [
                format!(
                    "{:.0} thousand/s",
                    1e3 / median(axum_server.iter().map(elapsed))
                ),
                Ratio::of(axum_server, palisade, elapsed).to_string(),
                Ratio::of(axum_server, palisade, cpu_time).to_string(),
                Ratio::of(without_ids, palisade, elapsed).to_string(),
                Ratio::of(bare, palisade, cpu_time).to_string(),
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

/// Sends requests to one server, whose name and protocol are given as in the table. Its threads can then be profiled.
///
/// # Errors
///
/// Returns an error for a name that the table does not have.
pub(crate) fn run_one(server: &str, protocol: &str, rounds: usize) -> Outcome<()> {
    let protocol = PROTOCOLS.iter().find(|(name, _)| *name == protocol);
    let contender = Contender::ALL.iter().find(|each| each.name() == server);
    let (Some((_, protocol)), Some(contender)) = (protocol, contender) else {
        return Err("the servers are `axum-server`, `palisade`, `axum-server-without-ids` and `bare`, the protocols HTTP/1.1 and HTTP/2".into());
    };
    let mut lane = Setup::new(protocol)?.lane(*contender)?;
    (0..rounds).try_for_each(|_| lane.run())
}

impl Contender {
    const ALL: [Self; 4] = [
        Self::AxumServer,
        Self::Palisade,
        Self::AxumServerWithoutIds,
        Self::Bare,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::AxumServer => "axum-server",
            Self::Palisade => "palisade",
            Self::AxumServerWithoutIds => "axum-server-without-ids",
            Self::Bare => "bare",
        }
    }

    fn service(self, api: Api) -> Service {
        match self {
            // `palisade::serve` gives ids to the requests of every API
            Self::AxumServer => Service::AxumServer(api.request_ids().into_router()),
            Self::Palisade => Service::Palisade(Box::new(api)),
            Self::AxumServerWithoutIds => Service::AxumServer(api.into_router()),
            Self::Bare => Service::AxumServer(api::bare()),
        }
    }
}

impl Setup {
    fn new(protocol: &'static [u8]) -> Outcome<Self> {
        let identity = Identity::generate()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            protocol,
            server: Arc::new(identity.server()?),
            client: identity::client(&identity.certificate, protocol)?,
            api: runtime.block_on(api::build())?,
        })
    }

    /// Starts every server, and sends requests to them in turns.
    fn start(&self, rounds: usize) -> Outcome<Vec<Lane>> {
        let mut lanes = Vec::new();
        for contender in Contender::ALL {
            lanes.push(self.lane(contender)?);
        }
        take_turns(rounds, &mut lanes, |lane, _| lane.run())?;
        Ok(lanes)
    }

    /// Starts a server, and connects a client to it.
    fn lane(&self, contender: Contender) -> Outcome<Lane> {
        let service = contender.service(self.api.clone());
        let server = Server::start(service, Arc::clone(&self.server))?;
        let client = if self.protocol == HTTP2 {
            Client::Http2(Http2Client::connect(server.address, &self.client)?)
        } else {
            Client::Http1(Http1Client::connect(server.address, &self.client)?)
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
    }
}

impl Lane {
    fn run(&mut self) -> Outcome<()> {
        let before = self.server.cpu_time()?;
        let (requests, elapsed) = match &mut self.client {
            Client::Http1(client) => client.batch(HTTP1_BATCH)?,
            Client::Http2(client) => client.batch(HTTP2_BATCH)?,
        };
        let cpu_time = self.server.cpu_time()?.saturating_sub(before);
        let sample = Sample::of_each(elapsed, cpu_time, requests);
        self.samples.push(sample);
        Ok(())
    }
}
