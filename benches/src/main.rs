//! Compares Palisade with bare axum and its peers: `cargo run --release -p palisade-benches`.
//!
//! Every figure is a ratio of two measurements that are interleaved in the same run. No figure is asserted.

mod attackers;
mod client;
mod cold;
mod contenders;
mod driver;
mod email;
mod flood;
mod in_process;
mod input;
mod machine;
mod memory;
mod outcome;
mod over_http;
mod paired;
mod raw;
mod report;
mod sample;
mod scale;
mod table;
mod tls;
mod tokens;
mod usage;

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitCode};

use lexopt::ValueExt as _;

use crate::attackers::Attack;
use crate::contenders::Contender;
use crate::driver::Driver;
use crate::machine::Machine;
use crate::outcome::Outcome;
use crate::scale::Scale;
use crate::tokens::{ALGORITHMS, OPAQUE_TOKEN, valid_token};

const USAGE: &str = "usage: cargo run --release -p palisade-benches [-- [tls [SERVER PROTOCOL ROUNDS] | attackers [ATTACK]… | memory THOUSANDS] \
    [--quick]]\n\n\
    prints Markdown tables; `tls` compares `palisade::serve` with `axum-server`, or only sends requests to one of them, for \
    profiles; `attackers` attacks it, with \
    all attacks or those that are named, such as `SlowHeaders`; `memory` presents so many thousands of distinct tokens; \
    --quick takes about 20 s and checks that everything runs";

/// The measurements of a run.
enum Mode {
    /// All but those of the listener.
    Guard,
    Tls,
    /// The requests of so many rounds to one server over one protocol.
    TlsRequests {
        server: String,
        protocol: String,
        rounds: usize,
    },
    /// With these attacks.
    Attackers(Vec<Attack>),
    /// The memory after so many thousands of distinct tokens.
    Memory(usize),
    /// The server of `Attackers`.
    Server,
    /// The attackers of one kind, by the name of the kind and the address of the server.
    Attacker([String; 2]),
}

fn main() -> ExitCode {
    match arguments().and_then(|(mode, is_quick)| mode.run(is_quick)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // stderr may be closed, and the exit code still reports the failure
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the mode, and whether the run is quick.
fn arguments() -> Outcome<(Mode, bool)> {
    let mut arguments = lexopt::Parser::from_env();
    let (mut mode, mut is_quick) = (Mode::Guard, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("quick") => is_quick = true,
            lexopt::Arg::Value(name) if name == "tls" => mode = Mode::Tls,
            lexopt::Arg::Value(server) if matches!(mode, Mode::Tls) => {
                mode = Mode::TlsRequests {
                    server: server.string()?,
                    protocol: arguments.value()?.string()?,
                    rounds: arguments.value()?.parse()?,
                };
            }
            lexopt::Arg::Value(name) if name == "memory" => {
                mode = Mode::Memory(arguments.value()?.parse()?);
            }
            lexopt::Arg::Value(name) if name == "attackers" => mode = Mode::Attackers(Vec::new()),
            lexopt::Arg::Value(name) if name == attackers::SERVER => mode = Mode::Server,
            lexopt::Arg::Value(name) if name == attackers::ATTACKER => {
                let mut value = || -> Outcome<String> { Ok(arguments.value()?.string()?) };
                mode = Mode::Attacker([value()?, value()?]);
            }
            lexopt::Arg::Value(name) if let Mode::Attackers(attacks) = &mut mode => {
                attacks.push(Attack::named(&name.string()?)?);
            }
            _ => return Err(USAGE.into()),
        }
    }
    Ok((mode, is_quick))
}

impl Mode {
    fn run(self, is_quick: bool) -> Outcome<()> {
        let (mut out, mut progress) = (io::stdout(), io::stderr());
        match self {
            Self::Guard => {
                let scale = if is_quick { Scale::QUICK } else { Scale::FULL };
                run(&scale, &mut out, &mut progress)?;
                hostile()
            }
            Self::Tls => tls::run(is_quick, &mut out),
            Self::TlsRequests {
                server,
                protocol,
                rounds,
            } => tls::run_one(&server, &protocol, rounds),
            Self::Attackers(attacks) => attackers::run(&attacks, is_quick, &mut out, &mut progress),
            Self::Memory(flood_thousands) => {
                let scale = Scale {
                    flood_thousands,
                    ..Scale::FULL
                };
                let growth = memory::measure(&Driver::new()?, &scale)?;
                Ok(report::memory(&mut out, &growth)?)
            }
            Self::Server => attackers::run_server(&mut out),
            Self::Attacker([attack, address]) => {
                attackers::run_attacker(&attack, &address, &mut out)
            }
        }
    }
}

/// Builds and runs the program that measures hostile input, with the arguments of this one.
fn hostile() -> Outcome<()> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "run",
        "--release",
        "--quiet",
        "--package",
        "palisade-benches",
    ]);
    command
        .args(["--bin", "hostile", "--"])
        .args(env::args_os().skip(1));
    if command.status()?.success() {
        Ok(())
    } else {
        Err("hostile input could not be measured".into())
    }
}

/// Measures everything; writes the tables to `out` and the progress to `progress`.
fn run(scale: &Scale, out: &mut impl Write, progress: &mut impl Write) -> Outcome<()> {
    let driver = Driver::new()?;
    let contenders = driver.wait(contenders::all())?;
    for contender in &contenders {
        for algorithm in ALGORITHMS {
            driver.wait(contenders::check(contender, algorithm))?;
        }
    }
    // first, before another section frees memory that growth would reuse
    let growth = memory::measure(&driver, scale)?;
    let (mut over_http, mut in_process, mut cold) = (Vec::new(), Vec::new(), Vec::new());
    for algorithm in ALGORITHMS {
        writeln!(progress, "… {algorithm:?}: signing tokens")?;
        let tokens = tokens::distinct(algorithm, scale.tokens());
        writeln!(progress, "… {algorithm:?}: in process")?;
        let repeated =
            in_process::measure(&driver, &contenders, &valid_token(algorithm).sign(), scale)?;
        in_process.push(repeated);
        writeln!(progress, "… {algorithm:?}: new tokens")?;
        let fresh = driver.wait(contenders::all())?;
        cold.push(cold::measure(&driver, &fresh, algorithm, &tokens, scale)?);
        writeln!(progress, "… {algorithm:?}: over HTTP")?;
        let fresh = driver.wait(contenders::all())?;
        over_http.push(over_http::measure(&fresh, algorithm, &tokens, scale)?);
    }
    writeln!(progress, "… opaque tokens")?;
    let pair = driver.wait(contenders::introspecting())?;
    for contender in &pair {
        driver.wait(contenders::check_opaque(contender))?;
    }
    let opaque = (
        over_http::same_token(&pair, OPAQUE_TOKEN, scale)?,
        in_process::measure(&driver, &pair, OPAQUE_TOKEN, scale)?,
    );
    writeln!(progress, "… email addresses")?;
    let emails = email::measure(scale)?;
    writeln!(progress, "… input")?;
    let input = input::measure(&driver, scale)?;
    writeln!(progress, "… flood")?;
    let floods = flood::measure(&flood_contenders(&driver)?, scale)?;

    writeln!(out, "{}\n", Machine::current())?;
    report::over_http(out, &contenders, &over_http)?;
    report::in_process(out, &contenders, &in_process)?;
    report::cold(out, &contenders, &cold)?;
    report::opaque(out, &pair, &opaque)?;
    report::flood(out, &floods)?;
    report::memory(out, &growth)?;
    report::input(out, &input)?;
    report::email(out, &emails)?;
    report::notes(out)?;
    Ok(())
}

/// Returns the hand-written guard, which has no cache and shows the limit of this machine, and Palisade.
fn flood_contenders(driver: &Driver) -> Outcome<[Contender; 2]> {
    Ok([
        contenders::handwritten()?,
        driver.wait(contenders::palisade())?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    // checks that everything runs, and no figure
    #[test]
    fn single_round_fills_every_table() {
        let once = Scale {
            http_starts: 1,
            http_rounds: 1,
            same_token_rounds: 1,
            new_token_rounds: 1,
            flood_rounds: 1,
            flood_thousands: 1,
        };
        let mut out = Vec::new();
        run(&once, &mut out, &mut io::sink()).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(out.matches("### ").count(), 9, "{out}");
        assert!(!out.contains("NaN"), "{out}");
    }
}
