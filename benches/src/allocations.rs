//! Counts the allocations of each operation: `cargo run --release -p palisade-benches --bin allocations`.
//!
//! A program of its own, because its allocator counts, and that would add instructions to other figures.

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

use std::io::{self, Write};
use std::process::ExitCode;

use allocation_counter::measure;

use crate::operations::{Costs, SERVERS, WARM_UP, count_all};
use crate::outcome::Outcome;
use crate::table::Table;
use crate::tokens::ALGORITHMS;

/// The allocations of one operation.
#[derive(Clone, Copy)]
struct Allocations {
    count: f64,
    bytes: f64,
}

fn main() -> ExitCode {
    let result = count_all(&mut allocations).and_then(|costs| report(&mut io::stdout(), &costs));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // stderr may be closed, and the exit code still reports the failure
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn allocations(
    operations: usize,
    operation: &mut dyn FnMut() -> Outcome<()>,
) -> Outcome<Allocations> {
    for _ in 0..WARM_UP {
        operation()?;
    }
    let mut result = Ok(());
    let total = measure(|| result = (0..operations).try_for_each(|_| operation()));
    result?;
    Ok(Allocations {
        count: total.count_total as f64 / operations as f64,
        bytes: total.bytes_total as f64 / operations as f64,
    })
}

fn report(out: &mut impl Write, costs: &Costs<Allocations>) -> Outcome<()> {
    let mut table = Table::new(["", "in process", "HTTP/1.1"]);
    for (name, own) in SERVERS
        .iter()
        .zip(costs.in_process.iter().zip(&costs.over_http))
    {
        table.row(name, [cell(own.0), cell(own.1)]);
    }
    writeln!(
        out,
        "### Allocations of a request, one repeated token\n\n{table}"
    )?;

    let names = ALGORITHMS.map(|algorithm| format!("{algorithm:?}"));
    let mut table = Table::new(std::iter::once(String::new()).chain(names));
    table.row(
        "raw signature check, parsed key",
        costs.raw.iter().map(cell),
    );
    table.row("Palisade", costs.new_tokens.iter().map(cell));
    writeln!(
        out,
        "### Allocations of a request in process, new tokens\n\n{table}"
    )?;

    let mut table = Table::new(["", "ten members"]);
    let names = [
        "`axum::Json<T>`, then `garde::Validate`",
        "`Valid<Json<T>>`",
    ];
    for (name, own) in names.into_iter().zip(&costs.json) {
        table.row(name, [cell(own)]);
    }
    writeln!(
        out,
        "### Allocations of a JSON body: decode and validate\n\n{table}"
    )?;

    let mut table = Table::new(["", "1,001 routes"]);
    for (name, own) in ["bare axum", "Palisade"].into_iter().zip(&costs.start) {
        table.row(name, [cell(own)]);
    }
    writeln!(
        out,
        "### Allocations of the construction of a router\n\n{table}"
    )?;
    Ok(())
}

fn cell(own: &Allocations) -> String {
    format!("{:.1} ({:.0} bytes)", own.count, own.bytes)
}
