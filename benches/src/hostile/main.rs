//! Hostile input compared with valid input of the same size: peak memory and time.
//!
//! `cargo run --release -p palisade-benches` runs this program last. It is a program of its own, because
//! its allocator counts, and that would slow down the other comparisons.

mod handlers;
#[path = "../outcome.rs"]
mod outcome;
#[path = "../sample.rs"]
mod sample;
mod shapes;
#[path = "../table.rs"]
mod table;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use palisade::testing::TestApi;
use tokio::runtime::{Builder, Runtime};
use tower::Service as _;

use crate::outcome::Outcome;
use crate::sample::{Samples, interleave};
use crate::shapes::{Input, Kind, Shape};
use crate::table::Table;

/// The sizes of the bodies, with the number of rounds of a full run and of a quick one.
const SIZES: [(&str, usize, [usize; 2]); 3] = [
    ("64 KiB", 64 << 10, [200, 10]),
    ("1 MiB", 1 << 20, [40, 4]),
    ("16 MiB", 16 << 20, [10, 2]),
];

fn main() -> ExitCode {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    match run(usize::from(is_quick), &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // stderr may be closed, and the exit code still reports the failure
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(scale: usize, out: &mut impl Write) -> Outcome<()> {
    let api = Api::new()?;
    let sizes = SIZES.map(|(name, ..)| name.to_owned());
    let header = || std::iter::once(String::new()).chain(sizes.clone());
    let (mut memory, mut time) = (Table::new(header()), Table::new(header()));
    for shape in shapes::hostile() {
        let (mut peaks, mut ratios) = (Vec::new(), Vec::new());
        for (_, size, rounds) in SIZES {
            if size > shape.kind.max_size() {
                peaks.push("–".to_owned());
                ratios.push("–".to_owned());
                continue;
            }
            let hostile = shape.input(size);
            peaks.push(factor(api.peak(&hostile)?, hostile.body.len()));
            let valid = shapes::valid(shape.kind, size);
            let rounds = rounds.get(scale).copied().unwrap_or(1);
            ratios.push(api.ratio(&hostile, &valid, rounds)?);
        }
        memory.row(shape.name, peaks);
        time.row(shape.name, ratios);
    }
    for kind in Kind::ALL {
        let peaks = SIZES.map(|(_, size, _)| {
            if size > kind.max_size() {
                return Ok("–".to_owned());
            }
            let valid = shapes::valid(kind, size);
            let peak = api.peak(&valid)?;
            Ok(factor(peak, valid.body.len()))
        });
        let peaks: Outcome<Vec<_>> = peaks.into_iter().collect();
        memory.row(kind.valid_name(), peaks?);
    }
    writeln!(
        out,
        "### Hostile input: peak memory, as a multiple of the body's size\n\n{memory}"
    )?;
    writeln!(
        out,
        "### Hostile input: time until it is rejected, as a multiple of that for a valid body of the same size\n\n{time}"
    )?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn factor(bytes: usize, size: usize) -> String {
    format!("{:.1}", bytes as f64 / size as f64)
}

/// The handlers of the shapes.
struct Api {
    runtime: Runtime,
    router: Router,
}

impl Api {
    fn new() -> Outcome<Self> {
        // allocations are counted by thread
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let api = runtime.block_on(TestApi::new(handlers::routes()));
        Ok(Self {
            runtime,
            router: api.router(),
        })
    }

    /// Sends an input, and returns the elapsed time.
    ///
    /// # Errors
    ///
    /// Returns an error if a hostile input is not rejected, or a valid one is.
    fn send(&self, input: &Input) -> Outcome<Duration> {
        let mut router = self.router.clone();
        let request = Request::post(input.path)
            .header(CONTENT_TYPE, input.media_type)
            .body(Body::from(input.body.clone()))?;
        self.runtime.block_on(async {
            let start = Instant::now();
            let response = router.call(request).await?;
            let elapsed = start.elapsed();
            let status = response.status();
            let is_expected = if input.is_valid {
                status == StatusCode::OK
            } else {
                status.is_client_error()
            };
            if !is_expected {
                return Err(format!("{}: {status}", input.name).into());
            }
            Ok(elapsed)
        })
    }

    /// Returns the peak memory for an input, with its body.
    fn peak(&self, input: &Input) -> Outcome<usize> {
        let mut sent = None;
        let counted = measure(|| sent = Some(self.send(input)));
        sent.transpose()?;
        Ok(input.body.len() + usize::try_from(counted.bytes_max)?)
    }

    /// Returns the time for a hostile input as a multiple of that for a valid one.
    fn ratio(&self, hostile: &Input, valid: &Input, rounds: usize) -> Outcome<String> {
        let mut lanes = [hostile, valid];
        let samples = interleave(rounds, &mut lanes, |input, _| Ok((self.send(input)?, 1)))?;
        let [hostile, valid] =
            <[Samples; 2]>::try_from(samples).map_err(|_| "the samples of an input are missing")?;
        Ok(format!("{:.2}", valid.per_second() / hostile.per_second()))
    }
}

impl Shape {
    fn input(&self, size: usize) -> Input {
        Input {
            name: self.name,
            path: self.path,
            media_type: self.kind.media_type(),
            body: Bytes::from((self.body)(size)),
            is_valid: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // checks that everything runs, and no figure
    #[test]
    fn every_shape_is_rejected_and_every_valid_body_accepted() {
        let api = Api::new().unwrap();
        for shape in shapes::hostile() {
            api.send(&shape.input(10_000)).unwrap();
        }
        for kind in Kind::ALL {
            api.send(&shapes::valid(kind, 10_000)).unwrap();
        }
    }
}
