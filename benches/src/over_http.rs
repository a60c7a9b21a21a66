//! Requests per second over loopback HTTP, all contenders with the same server code.

use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use palisade::Algorithm;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::client::{CONNECTIONS, Client};
use crate::contenders::{Contender, Kind};
use crate::outcome::Outcome;
use crate::sample::{Samples, interleave};
use crate::scale::{HTTP_BATCH, Scale, batch};
use crate::tokens::{ALGORITHMS, distinct, valid_token};

/// The samples over HTTP.
pub(crate) struct OverHttp {
    /// The contenders with one repeated token, in their order.
    pub(crate) same_token: Vec<Samples>,
    /// Palisade with new tokens only.
    pub(crate) new_tokens: Samples,
}

/// The connections to one contender, and the tokens to send.
struct Lane<'a> {
    client: Client,
    tokens: Tokens<'a>,
    batch: usize,
}

enum Tokens<'a> {
    Same(&'a str),
    New(&'a [String]),
}

/// Measures every contender, with `tokens` that Palisade has not verified before.
pub(crate) fn measure(
    contenders: &[Contender],
    algorithm: Algorithm,
    tokens: &[String],
    scale: &Scale,
) -> Outcome<OverHttp> {
    let token = valid_token(algorithm).sign();
    let servers = Servers::start(contenders)?;
    let mut lanes = Vec::new();
    for address in &servers.addresses {
        lanes.push(Lane::new(
            *address,
            algorithm,
            Tokens::Same(&token),
            &token,
        )?);
    }
    let of_palisade = contenders.iter().zip(&servers.addresses);
    for (_, address) in of_palisade.filter(|(one, _)| one.kind == Kind::Palisade) {
        lanes.push(Lane::new(*address, algorithm, Tokens::New(tokens), &token)?);
    }
    let mut same_token = interleave(scale.http_rounds, &mut lanes, |lane, round| {
        Ok((lane.run(round)?, lane.batch))
    })?;
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
) -> Outcome<Vec<Samples>> {
    let servers = Servers::start(contenders)?;
    let mut lanes = Vec::new();
    for address in &servers.addresses {
        let tokens = Tokens::Same(token);
        lanes.push(Lane::new(*address, ALGORITHMS[0], tokens, token)?);
    }
    interleave(scale.http_rounds, &mut lanes, |lane, round| {
        Ok((lane.run(round)?, lane.batch))
    })
}

impl<'a> Lane<'a> {
    fn new(
        address: SocketAddr,
        algorithm: Algorithm,
        tokens: Tokens<'a>,
        first: &str,
    ) -> Outcome<Self> {
        const PROBE: u32 = 64;
        let mut client = Client::connect(address, first)?;
        // new tokens are calibrated with other new ones, because a repeated token is cached
        let probe: Vec<String> = match tokens {
            Tokens::Same(token) => vec![token.to_owned(); PROBE as usize],
            Tokens::New(_) => distinct(algorithm, PROBE as usize),
        };
        let probe = probe.iter().map(String::as_str);
        let each = client.batch(probe, PROBE as usize)? / PROBE;
        Ok(Self {
            client,
            tokens,
            batch: batch(each, CONNECTIONS, HTTP_BATCH),
        })
    }

    fn run(&mut self, round: usize) -> Outcome<Duration> {
        match self.tokens {
            Tokens::Same(token) => {
                let tokens = std::iter::repeat_n(token, self.batch);
                self.client.batch(tokens, self.batch)
            }
            Tokens::New(tokens) => {
                let batch = tokens.chunks_exact(self.batch).nth(round);
                let batch = batch.ok_or("too few tokens")?;
                let tokens = batch.iter().map(String::as_str);
                self.client.batch(tokens, self.batch)
            }
        }
    }
}

/// `axum::serve` for each contender, all on one thread apart from the client's.
struct Servers {
    addresses: Vec<SocketAddr>,
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
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        thread::spawn(move || {
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
            _stop: stop,
        })
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
