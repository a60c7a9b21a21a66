//! Counts the instructions of each operation: `cargo run --release -p palisade-benches --bin instructions`.
//!
//! The program runs itself under `valgrind --tool=callgrind`, which counts instructions in user space, and other programs
//! do not affect the figures. With `-- DIRECTORY`, it leaves the profiles there, for `callgrind_annotate`.

#[allow(dead_code, reason = "the timed comparison uses the rest")]
mod contenders {
    pub(crate) mod bare;
    pub(crate) mod endpoint;
    mod handler;
    pub(crate) mod palisade;
}
mod connection;
#[allow(dead_code, reason = "the timed comparison uses the rest")]
mod driver;
#[allow(dead_code, reason = "the timed comparison uses the rest")]
mod input;
mod operations;
mod outcome;
mod raw;
#[allow(dead_code, reason = "the timed comparison uses the rest")]
mod sample;
#[allow(dead_code, reason = "the timed comparison uses the rest")]
mod scale;
mod table;
#[allow(dead_code, reason = "the timed comparison uses the rest")]
mod tokens;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::operations::{Costs, SERVERS, WARM_UP, count_all};
use crate::outcome::Outcome;
use crate::table::Table;
use crate::tokens::ALGORITHMS;

/// The argument of the program under valgrind.
const COUNTED: &str = "--counted";

fn main() -> ExitCode {
    let argument = env::args_os().nth(1);
    let result = match argument {
        Some(argument) if argument == COUNTED => run_counted(),
        directory => measure(directory),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // stderr may be closed, and the exit code still reports the failure
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs each operation; callgrind counts within [`repeat`].
fn run_counted() -> Outcome<()> {
    count_all(&mut |operations, operation| {
        for _ in 0..WARM_UP {
            operation()?;
        }
        repeat(operations, operation)
    })
    .map(drop)
}

/// Runs an operation several times; callgrind finds the function by its name.
#[inline(never)]
fn repeat(operations: usize, operation: &mut dyn FnMut() -> Outcome<()>) -> Outcome<()> {
    (0..operations).try_for_each(|_| operation())
}

/// Runs this program under callgrind, and prints the tables.
fn measure(directory: Option<OsString>) -> Outcome<()> {
    let keeps = directory.is_some();
    let directory = directory.unwrap_or_else(|| {
        let name = format!("palisade-instructions-{}", std::process::id());
        env::temp_dir().join(name).into()
    });
    let directory = Path::new(&directory);
    fs::create_dir_all(directory)?;
    let profiles = directory.join("profile");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind", "--collect-atstart=no"]);
    valgrind.args([
        "--toggle-collect=instructions::repeat",
        "--dump-after=instructions::repeat",
    ]);
    valgrind.arg(format!("--callgrind-out-file={}", profiles.display()));
    let status = valgrind.arg(env::current_exe()?).arg(COUNTED).status();
    let status = status.map_err(|error| format!("valgrind is not installed: {error}"))?;
    if !status.success() {
        return Err("the operations could not be counted".into());
    }
    let mut dump = 0;
    // the same order as under valgrind; nothing runs
    let costs = count_all(&mut |operations, _| {
        dump += 1;
        let profile = fs::read_to_string(format!("{}.{dump}", profiles.display()))?;
        let total = total(&profile).ok_or("a profile has no total")?;
        Ok(total / operations.max(1) as u64)
    })?;
    if !keeps {
        fs::remove_dir_all(directory)?;
    }
    report(&mut io::stdout(), &costs)
}

/// Returns the number of instructions in a profile.
fn total(profile: &str) -> Option<u64> {
    let line = profile
        .lines()
        .find_map(|line| line.strip_prefix("totals:"))?;
    line.trim().parse().ok()
}

fn report(out: &mut impl Write, costs: &Costs<u64>) -> Outcome<()> {
    let mut table = Table::new(["", "in process", "HTTP/1.1"]);
    let bare = (costs.in_process.first(), costs.over_http.first());
    for (name, own) in SERVERS
        .iter()
        .zip(costs.in_process.iter().zip(&costs.over_http))
    {
        table.row(name, [added(bare.0, *own.0), added(bare.1, *own.1)]);
    }
    writeln!(
        out,
        "### Instructions of a request, one repeated token\n\n{table}"
    )?;

    let names = ALGORITHMS.map(|algorithm| format!("{algorithm:?}"));
    let mut table = Table::new(std::iter::once(String::new()).chain(names));
    table.row(
        "raw signature check, parsed key",
        costs.raw.iter().map(u64::to_string),
    );
    let bare = bare.0.copied().unwrap_or_default();
    let new = costs.raw.iter().zip(&costs.new_tokens);
    table.row(
        "Palisade",
        new.map(|(raw, own)| multiple(*raw, own.saturating_sub(bare))),
    );
    writeln!(
        out,
        "### Instructions added to a request of bare axum in process, new tokens, as a multiple of the raw signature check\n\n{table}"
    )?;

    let mut table = Table::new(["", "ten members"]);
    if let [by_hand, valid] = *costs.json {
        table.row(
            "`axum::Json<T>`, then `garde::Validate`",
            [by_hand.to_string()],
        );
        table.row("`Valid<Json<T>>`", [multiple(by_hand, valid)]);
    }
    writeln!(
        out,
        "### Instructions of a JSON body: decode and validate\n\n{table}"
    )?;

    let mut table = Table::new(["", "1,001 routes"]);
    for (name, own) in ["bare axum", "Palisade"].into_iter().zip(&costs.start) {
        table.row(name, [own.to_string()]);
    }
    writeln!(
        out,
        "### Instructions of the construction of a router\n\n{table}"
    )?;
    Ok(())
}

/// Formats a figure with its difference from that of bare axum.
fn added(bare: Option<&u64>, own: u64) -> String {
    match bare.and_then(|bare| own.checked_sub(*bare)) {
        Some(added) if added > 0 => format!("{own} (+{added})"),
        _ => own.to_string(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn multiple(base: u64, own: u64) -> String {
    format!("{:.3} ({own})", own as f64 / base as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn total_of_a_profile_is_its_number_of_instructions() {
        let profile = "version: 1\nevents: Ir\nfn=(1) main\n0 5\ntotals: 1234\n";
        assert_eq!(total(profile), Some(1234));
        assert_eq!(total("events: Ir\n"), None);
    }

    #[test]
    fn difference_is_printed_beside_the_figure() {
        assert_eq!(added(Some(&3_000), 3_000), "3000");
        assert_eq!(added(Some(&3_000), 3_450), "3450 (+450)");
    }
}
