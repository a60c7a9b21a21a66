//! Requests per second over loopback HTTP, all contenders with the same server code.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use palisade::Algorithm;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::client::{CONNECTIONS, Client};
use crate::contenders::{Contender, Kind};
use crate::outcome::Outcome;
use crate::paired::{Sample, take_turns};
use crate::scale::{HTTP_BATCH, HTTP_BATCH_TIME, HTTP_WARM_UP, NEW_TOKEN_HTTP_BATCH, Scale, batch};
use crate::tokens::{ALGORITHMS, distinct, valid_token};
use crate::usage;

/// The samples over HTTP.
pub(crate) struct OverHttp {
    /// The contenders with one repeated token, in their order.
    pub(crate) same_token: Vec<Vec<Sample>>,
    /// Palisade with new tokens only.
    pub(crate) new_tokens: Vec<Sample>,
}

/// The requests that one contender gets.
#[derive(Clone, Copy)]
struct Load<'a> {
    /// The index of the contender.
    contender: usize,
    algorithm: Algorithm,
    /// A token that the contender accepts.
    token: &'a str,
    /// The tokens to send instead, each of them once.
    new_tokens: Option<&'a [String]>,
}

/// The connections to one contender, and the tokens to send.
struct Lane<'a> {
    client: Client,
    load: Load<'a>,
    batch: usize,
    samples: Vec<Sample>,
}

/// Measures every contender, with `tokens` that Palisade has not verified before.
pub(crate) fn measure(
    contenders: &[Contender],
    algorithm: Algorithm,
    tokens: &[String],
    scale: &Scale,
) -> Outcome<OverHttp> {
    let token = valid_token(algorithm).sign();
    let same_token = |contender| Load {
        contender,
        algorithm,
        token: &token,
        new_tokens: None,
    };
    let is_palisade = |contender: &Contender| contender.kind == Kind::Palisade;
    let palisade = contenders.iter().position(is_palisade);
    let palisade = palisade.ok_or("Palisade is missing")?;
    let mut loads: Vec<_> = (0..contenders.len()).map(same_token).collect();
    loads.push(Load {
        new_tokens: Some(tokens),
        ..same_token(palisade)
    });
    let mut same_token = measure_loads(contenders, &loads, scale)?;
    let new_tokens = same_token.pop().unwrap_or_default();
    Ok(OverHttp {
        same_token,
        new_tokens,
    })
}

/// Measures each contender with one repeated token; returns the samples in their order.
pub(crate) fn same_token(
    contenders: &[Contender],
    token: &str,
    scale: &Scale,
) -> Outcome<Vec<Vec<Sample>>> {
    let loads = (0..contenders.len()).map(|contender| Load {
        contender,
        algorithm: ALGORITHMS[0],
        token,
        new_tokens: None,
    });
    measure_loads(contenders, &loads.collect::<Vec<_>>(), scale)
}

fn measure_loads(
    contenders: &[Contender],
    loads: &[Load<'_>],
    scale: &Scale,
) -> Outcome<Vec<Vec<Sample>>> {
    let mut samples = vec![Vec::new(); loads.len()];
    for start in 0..scale.http_starts {
        let servers = Servers::start(contenders)?;
        let mut lanes = Vec::new();
        for load in loads {
            lanes.push(Lane::connect(&servers, *load)?);
        }
        let before = start * scale.http_rounds;
        take_turns(scale.http_rounds, &mut lanes, |lane, round| {
            lane.run(&servers, before + round)
        })?;
        for (samples, lane) in samples.iter_mut().zip(lanes) {
            samples.extend(lane.samples);
        }
    }
    Ok(samples)
}

impl<'a> Lane<'a> {
    fn connect(servers: &Servers, load: Load<'a>) -> Outcome<Self> {
        const PROBE: u32 = 64;
        let address = servers.addresses.get(load.contender);
        let mut client = Client::connect(*address.ok_or("a server is missing")?, load.token)?;
        // new tokens are calibrated with other new ones, because a repeated token is cached
        let (probe, max) = if load.new_tokens.is_some() {
            let tokens = distinct(load.algorithm, PROBE as usize);
            (tokens, NEW_TOKEN_HTTP_BATCH)
        } else {
            (vec![load.token.to_owned(); PROBE as usize], HTTP_BATCH)
        };
        let probe = probe.iter().map(String::as_str);
        let each = client.batch(probe, PROBE as usize)? / PROBE;
        Ok(Self {
            client,
            load,
            batch: batch(HTTP_BATCH_TIME, each, CONNECTIONS, max),
            samples: Vec::new(),
        })
    }

    /// Sends a batch, after some requests that are not measured.
    fn run(&mut self, servers: &Servers, round: usize) -> Outcome<()> {
        self.repeat(HTTP_WARM_UP)?;
        let before = servers.cpu_time()?;
        let elapsed = match self.load.new_tokens {
            None => self.repeat(self.batch)?,
            Some(tokens) => {
                let tokens = tokens.chunks_exact(NEW_TOKEN_HTTP_BATCH).nth(round);
                let tokens = tokens.ok_or("too few tokens")?;
                let tokens = tokens.iter().take(self.batch).map(String::as_str);
                self.client.batch(tokens, self.batch)?
            }
        };
        let cpu_time = servers.cpu_time()?.saturating_sub(before);
        let sample = Sample::of_each(elapsed, cpu_time, self.batch);
        self.samples.push(sample);
        Ok(())
    }

    /// Sends the accepted token `count` times.
    fn repeat(&mut self, count: usize) -> Outcome<Duration> {
        let tokens = std::iter::repeat_n(self.load.token, count);
        self.client.batch(tokens, count)
    }
}

/// `axum::serve` for each contender, all on one thread apart from the client's.
struct Servers {
    addresses: Vec<SocketAddr>,
    /// The directory of the thread in `/proc`.
    thread: PathBuf,
    /// Ends the thread when dropped.
    _stop: oneshot::Sender<()>,
}

impl Servers {
    fn start(contenders: &[Contender]) -> Outcome<Self> {
        let mut addresses = Vec::new();
        let mut listeners = Vec::new();
        for contender in contenders {
            let listener = TcpListener::bind(("127.0.0.1", 0))?;
            listener.set_nonblocking(true)?;
            addresses.push(listener.local_addr()?);
            listeners.push((listener, contender.router.clone()));
        }
        let (stop, stopped) = oneshot::channel::<()>();
        let (started, starting) = mpsc::channel();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        thread::spawn(move || {
            // the other end reports a missing link
            let _ = started.send(fs::read_link("/proc/thread-self"));
            runtime.block_on(async {
                for (listener, router) in listeners {
                    // if a listener fails, the client reports a missing response
                    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                        tokio::spawn(axum::serve(listener, router).into_future());
                    }
                }
                let _ = stopped.await;
            });
        });
        Ok(Self {
            addresses,
            thread: Path::new("/proc").join(starting.recv()??),
            _stop: stop,
        })
    }

    /// Returns the CPU time that all servers have used.
    fn cpu_time(&self) -> Outcome<Duration> {
        usage::cpu_time_of(&self.thread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders;

    #[test]
    fn served_contender_accepts_valid_token_and_returns_401_otherwise() {
        let contender = contenders::handwritten().unwrap();
        let servers = Servers::start(&[contender]).unwrap();
        let token = valid_token(Algorithm::EdDSA).sign();
        let address = servers.addresses[0];
        let mut client = Client::connect(address, &token).unwrap();
        client
            .batch(std::iter::repeat_n(token.as_str(), 40), 40)
            .unwrap();
        let error = Client::connect(address, "no token").err().unwrap();
        assert!(error.to_string().contains("401"), "{error}");
    }
}
