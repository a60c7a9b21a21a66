//! The process of the attackers.

use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio::net::TcpSocket;
use tokio::runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_rustls::TlsConnector;

use crate::attackers::attack::Attack;
use crate::attackers::connection;
use crate::attackers::ends::Ends;
use crate::outcome::Outcome;
use crate::tls::identity::{self, HTTP1, HTTP2};

/// The receive buffer of a client that reads slowly, in bytes.
const SMALL_BUFFER: u32 = 4096;

/// The line that this process prints when as many connections as may be open have been opened, or in vain for too long.
const OPEN: &str = "open";

/// Attacks until the standard input ends, waits for the connections to be closed, and prints how they ended.
///
/// The standard input starts with the server's certificate.
pub(crate) fn run(attack: &str, address: &str, out: &mut impl Write) -> Outcome<()> {
    let attack = Attack::named(attack)?;
    let address: SocketAddr = address.parse()?;
    let mut certificate = String::new();
    let mut input = io::stdin().lock();
    while !certificate.contains("-----END") {
        if input.read_line(&mut certificate)? == 0 {
            return Err("the certificate of the server is missing".into());
        }
    }
    drop(input);
    let protocol = if attack.is_http2() { HTTP2 } else { HTTP1 };
    let client = identity::client(&certificate, protocol)?;
    let (stop, stopped) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = io::stdin().read_line(&mut String::new());
        let _: Result<(), ()> = stop.send(());
    });
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ends = runtime.block_on(run_all(attack, address, client, stopped, out))?;
    // without waiting for connections that are still open
    runtime.shutdown_background();
    Ok(writeln!(out, "{ends}")?)
}

async fn run_all(
    attack: Attack,
    address: SocketAddr,
    client: Arc<ClientConfig>,
    mut stopped: oneshot::Receiver<()>,
    out: &mut impl Write,
) -> Outcome<Ends> {
    let size = attack.size();
    let mut ends = Ends::default();
    let (established, mut establishing) = mpsc::unbounded_channel();
    let mut missing = size.connections;
    let in_vain = sleep(size.opening() * 4);
    tokio::pin!(in_vain);
    let mut open = 0;
    let (ended, mut ending) = mpsc::unbounded_channel();
    let mut openings = interval(Duration::from_secs(1) / size.per_second);
    openings.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(end) = ending.recv() => {
                open -= 1;
                ends.push(end);
            }
            Some(()) = establishing.recv(), if missing > 0 => {
                missing -= 1;
                if missing == 0 {
                    writeln!(out, "{OPEN}")?;
                }
            }
            () = &mut in_vain, if missing > 0 => {
                missing = 0;
                writeln!(out, "{OPEN}")?;
            }
            _ = openings.tick(), if open < size.connections => {
                open += 1;
                ends.opened += 1;
                let (ended, client) = (ended.clone(), Arc::clone(&client));
                let established = established.clone();
                tokio::spawn(async move {
                    let _ = ended.send(run_one(attack, address, client, established).await);
                });
            }
        }
    }
    let deadline = sleep(size.patience);
    tokio::pin!(deadline);
    while open > 0 {
        tokio::select! {
            Some(end) = ending.recv() => {
                open -= 1;
                ends.push(end);
            }
            () = &mut deadline => break,
        }
    }
    Ok(ends)
}

/// Opens a connection, attacks, and returns the time until the server has closed it; `None` if it never opened.
async fn run_one(
    attack: Attack,
    address: SocketAddr,
    client: Arc<ClientConfig>,
    established: mpsc::UnboundedSender<()>,
) -> Option<Duration> {
    let socket = TcpSocket::new_v4().ok()?;
    if attack == Attack::SlowReading {
        socket.set_recv_buffer_size(SMALL_BUFFER).ok()?;
    }
    let stream = socket.connect(address).await.ok()?;
    let _ = stream.set_nodelay(true);
    if attack == Attack::NoHandshake {
        let _ = established.send(());
        let begin = Instant::now();
        // an error is an end, too
        let _ = connection::attack(attack, stream).await;
        return Some(begin.elapsed());
    }
    let name = identity::name().ok()?;
    let stream = TlsConnector::from(client)
        .connect(name, stream)
        .await
        .ok()?;
    let _ = established.send(());
    let begin = Instant::now();
    let _ = connection::attack(attack, stream).await;
    Some(begin.elapsed())
}
