//! Palisade and its peers side by side: `cargo run --release -p palisade-benches`.
//!
//! Every figure is a ratio of two things measured by turns in the same run. Nothing here
//! is a test: no figure fails anything.

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
mod raw;
mod report;
mod sample;
mod scale;
mod table;
mod tokens;
mod usage;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::contenders::Contender;
use crate::driver::Driver;
use crate::machine::Machine;
use crate::outcome::Outcome;
use crate::scale::Scale;
use crate::tokens::{ALGORITHMS, OPAQUE_TOKEN, good};

const USAGE: &str = "usage: cargo run --release -p palisade-benches [-- --quick]\n\n\
    prints Markdown tables; --quick takes some twenty seconds, to see that it works";

fn main() -> ExitCode {
    let ended = scale().and_then(|scale| run(&scale, &mut io::stdout(), &mut io::stderr()));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when stderr is closed.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn scale() -> Outcome<Scale> {
    let mut words = lexopt::Parser::from_env();
    let mut scale = Scale::FULL;
    while let Some(word) = words.next()? {
        match word {
            lexopt::Arg::Long("quick") => scale = Scale::QUICK,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(scale)
}

/// Writes the tables to `out`, and what is going on to `progress`.
fn run(scale: &Scale, out: &mut impl Write, progress: &mut impl Write) -> Outcome<()> {
    let driver = Driver::new()?;
    let contenders = driver.wait(contenders::all())?;
    for contender in &contenders {
        for algorithm in ALGORITHMS {
            driver.wait(contenders::check(contender, algorithm))?;
        }
    }
    // First, while no other section has left free memory behind.
    let grown = memory::measure(&driver, scale)?;
    let (mut over_http, mut in_process, mut cold) = (Vec::new(), Vec::new(), Vec::new());
    for algorithm in ALGORITHMS {
        writeln!(progress, "… {algorithm:?}: signing tokens")?;
        let tokens = tokens::distinct(algorithm, scale.tokens());
        writeln!(progress, "… {algorithm:?}: in process")?;
        let same = in_process::measure(&driver, &contenders, &good(algorithm).sign(), scale)?;
        in_process.push(same);
        writeln!(progress, "… {algorithm:?}: every token new")?;
        let unused = driver.wait(contenders::all())?;
        cold.push(cold::measure(&driver, &unused, algorithm, &tokens, scale)?);
        writeln!(progress, "… {algorithm:?}: over HTTP")?;
        let unused = driver.wait(contenders::all())?;
        over_http.push(over_http::measure(&unused, algorithm, &tokens, scale)?);
    }
    writeln!(progress, "… opaque tokens")?;
    let pair = driver.wait(contenders::introspecting())?;
    for contender in &pair {
        driver.wait(contenders::check_opaque(contender))?;
    }
    let opaque = [
        over_http::same_token(&pair, OPAQUE_TOKEN, scale)?,
        in_process::measure(&driver, &pair, OPAQUE_TOKEN, scale)?,
    ];
    writeln!(progress, "… e-mail addresses")?;
    let emails = email::measure(scale)?;
    writeln!(progress, "… input")?;
    let input = input::measure(&driver, scale)?;
    writeln!(progress, "… flooding")?;
    let flooded = flood::measure(&for_the_flood(&driver)?, scale)?;

    writeln!(out, "{}\n", Machine::here())?;
    report::over_http(out, &contenders, &over_http)?;
    report::in_process(out, &contenders, &in_process)?;
    report::cold(out, &contenders, &cold)?;
    report::opaque(out, &pair, &opaque)?;
    report::flood(out, &flooded)?;
    report::memory(out, &grown)?;
    report::input(out, &input)?;
    report::email(out, &emails)?;
    report::notes(out)?;
    Ok(())
}

/// The one without a cache shows what two threads of this machine can do.
fn for_the_flood(driver: &Driver) -> Outcome<[Contender; 2]> {
    Ok([
        contenders::handwritten()?,
        driver.wait(contenders::palisade())?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// That it runs to its end; no figure is looked at.
    #[test]
    fn one_round_of_everything_fills_every_table() {
        let once = Scale {
            http_rounds: 1,
            same_token_rounds: 1,
            new_token_rounds: 1,
            flood_rounds: 1,
            flood_thousands: 1,
        };
        let mut out = Vec::new();
        run(&once, &mut out, &mut io::sink()).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(out.matches("### ").count(), 8, "{out}");
        assert!(!out.contains("NaN"), "{out}");
    }
}
