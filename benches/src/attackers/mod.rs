//! A well-behaved client beside attackers: `cargo run --release -p palisade-benches -- attackers`.
//!
//! The server is a separate process with all defaults, on one core. The client and the attackers share
//! another one, and the attackers run only while the client waits.

mod attack;
mod attacker;
mod client;
mod connection;
mod ends;
mod process;
mod server;

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

pub(crate) use self::attack::Attack;
pub(crate) use self::attacker::run as run_attacker;
use self::client::{GoodClient, Served};
use self::ends::Ends;
use self::process::{CLIENT_CORE, Memory, Priority, Process, SERVER_CORE};
pub(crate) use self::server::run as run_server;
use crate::machine::Machine;
use crate::outcome::Outcome;
use crate::table::Table;

/// The arguments of the processes.
pub(crate) const SERVER: &str = "attackers-server";
pub(crate) const ATTACKER: &str = "attackers-attacker";

/// The time without attackers.
const UNDISTURBED: Duration = Duration::from_secs(4);

/// The time beside them, once all of their connections have been opened.
const BESIDE: Duration = Duration::from_secs(4);

/// The time between two looks at whether they have.
const SLICE: Duration = Duration::from_millis(100);

/// An attack after its measurement, whose connections the server may still have to close.
struct Phase {
    attack: Attack,
    undisturbed: Served,
    beside: Served,
    before: Memory,
    server: Process,
    attackers: Process,
}

/// Measures attacks, all of them if none is named, and prints a table.
pub(crate) fn run(
    attacks: &[Attack],
    is_quick: bool,
    out: &mut impl Write,
    progress: &mut impl Write,
) -> Outcome<()> {
    let attacks = if attacks.is_empty() {
        &Attack::ALL
    } else {
        attacks
    };
    // with all cores
    let machine = Machine::current();
    process::pin()?;
    let mut phases = Vec::new();
    for &attack in attacks {
        writeln!(progress, "… {}", attack.label())?;
        phases.push(Phase::measure(attack, is_quick)?);
    }
    writeln!(progress, "… waiting for the ends of connections")?;
    let mut table = Table::new([
        "",
        "undisturbed",
        "rate",
        "per CPU time",
        "failed",
        "closed by the server",
        "after, median",
        "after, at most",
        "MiB before",
        "peak",
        "after",
    ]);
    for phase in phases {
        let (name, figures) = phase.finish()?;
        table.row(name, figures);
    }
    writeln!(out, "{machine}\n")?;
    writeln!(out, "### A well-behaved client beside attackers\n\n{table}")?;
    writeln!(out, "{}", include_str!("notes.md"))?;
    Ok(())
}

impl Phase {
    fn measure(attack: Attack, is_quick: bool) -> Outcome<Self> {
        let scale = if is_quick { 10 } else { 1 };
        let mut server = Process::start(SERVER_CORE, Priority::Normal, &[SERVER])?;
        let address: SocketAddr = server.read_line()?.trim().parse()?;
        let mut certificate = String::new();
        while !certificate.contains("-----END") {
            certificate += &server.read_line()?;
        }
        let mut client = GoodClient::connect(address, &certificate)?;
        // fills the caches
        client.run(UNDISTURBED / 8 / scale, &server)?;
        let undisturbed = client.run(UNDISTURBED / scale, &server)?;
        let before = server.memory()?;
        let (name, address) = (format!("{attack:?}"), address.to_string());
        let arguments = [ATTACKER, &name, &address];
        let mut attackers = Process::start(CLIENT_CORE, Priority::Low, &arguments)?;
        attackers.write(&certificate)?;
        if is_quick {
            client.run(attack.size().opening() / scale, &server)?;
        } else {
            // the line says that all connections have been opened
            attackers.read_line_during(|| client.run(SLICE, &server).map(drop))?;
        }
        let beside = client.run(BESIDE / scale, &server)?;
        attackers.stop();
        Ok(Self {
            attack,
            undisturbed,
            beside,
            before,
            server,
            attackers,
        })
    }

    /// Waits for the ends of the attackers' connections, and returns the row of the table.
    fn finish(self) -> Outcome<(&'static str, [String; 10])> {
        let rest = self.attackers.finish()?;
        let ends: Ends = rest.lines().last().unwrap_or_default().parse()?;
        let after = self.server.memory()?;
        self.server.finish()?;
        let closed = if self.attack.closes() {
            "–".to_owned()
        } else {
            format!("{} of {}", ends.closed(), ends.opened - ends.refused)
        };
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        let (median, max) = match ends.times() {
            Some((median, max)) if !self.attack.closes() => (seconds(median), seconds(max)),
            _ => ("–".to_owned(), "–".to_owned()),
        };
        let (undisturbed, beside) = (self.undisturbed, self.beside);
        let mebibytes = |kibibytes: u64| (kibibytes / 1024).to_string();
        Ok((
            self.attack.label(),
            [
                format!("{:.1} thousand/s", undisturbed.rate() / 1e3),
                format!("{:.2}", beside.rate() / undisturbed.rate()),
                format!(
                    "{:.2}",
                    beside.per_cpu_second() / undisturbed.per_cpu_second()
                ),
                format!("{} of {}", beside.failed, beside.requests),
                closed,
                median,
                max,
                mebibytes(self.before.resident),
                mebibytes(after.peak),
                mebibytes(after.resident),
            ],
        ))
    }
}
