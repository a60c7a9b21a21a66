//! The growth of Palisade's memory under a flood of distinct tokens.

use std::fs;

use axum::Router;
use axum::http::StatusCode;
use palisade::Algorithm;

use crate::contenders;
use crate::driver::Driver;
use crate::outcome::Outcome;
use crate::scale::Scale;
use crate::tokens::{requests, valid_token, with_wrong_signature};

/// The number of tokens that this program holds at a time.
const CHUNK: usize = 1_000;

/// The fastest algorithm.
const ALGORITHM: Algorithm = Algorithm::EdDSA;

/// The growth of resident memory since the start of the flood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    pub(crate) tokens: usize,
    pub(crate) forged: bool,
    /// `None` if the system does not report it.
    pub(crate) kibibytes: Option<i64>,
}

/// Measures memory each time the number of tokens doubles, and after as many forged tokens.
///
/// Must run before other code frees memory that the growth would reuse.
pub(crate) fn measure(driver: &Driver, scale: &Scale) -> Outcome<Vec<Growth>> {
    // kept to the end: one-time allocations are not growth, and freed memory would hide it
    let mut warm_up = driver.wait(contenders::palisade())?.router;
    present(driver, &mut warm_up, 2 * CHUNK, false)?;
    present(driver, &mut warm_up, 2 * CHUNK, true)?;

    let mut flooded = driver.wait(contenders::palisade())?.router;
    let before = resident();
    let growth = |tokens, forged| Growth {
        tokens,
        forged,
        kibibytes: resident().zip(before).map(|(now, before)| now - before),
    };
    let mut seen = 0;
    let mut measured = Vec::new();
    while seen < scale.flood_thousands {
        let more = seen.max(1).min(scale.flood_thousands - seen);
        present(driver, &mut flooded, more * CHUNK, false)?;
        seen += more;
        measured.push(growth(seen * CHUNK, false));
    }
    present(driver, &mut flooded, seen * CHUNK, true)?;
    measured.push(growth(seen * CHUNK, true));
    drop(warm_up);
    Ok(measured)
}

/// Presents `count` new tokens, in chunks.
fn present(driver: &Driver, router: &mut Router, count: usize, forged: bool) -> Outcome<()> {
    for _ in 0..count / CHUNK {
        let mut tokens: Vec<String> = (0..CHUNK).map(|_| valid_token(ALGORITHM).sign()).collect();
        let mut expected = StatusCode::OK;
        if forged {
            expected = StatusCode::UNAUTHORIZED;
            for token in &mut tokens {
                *token = with_wrong_signature(token)?;
            }
        }
        let requests = requests(tokens.iter().map(String::as_str))?;
        driver.batch(router, requests, expected)?;
    }
    Ok(())
}

/// Returns the resident memory of this process in KiB, if the system reports it.
fn resident() -> Option<i64> {
    kibibytes(&fs::read_to_string("/proc/self/status").ok()?)
}

fn kibibytes(status: &str) -> Option<i64> {
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| *name == "VmRSS")?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

impl Growth {
    /// Returns the growth in bytes per token.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn bytes_per_token(&self) -> Option<f64> {
        Some(self.kibibytes? as f64 * 1024.0 / self.tokens as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_parsed_in_kib() {
        let status = "Name:\tbenches\nVmPeak:\t   9 kB\nVmRSS:\t   12345 kB\nThreads:\t1\n";
        assert_eq!(kibibytes(status), Some(12_345));
        assert_eq!(kibibytes("Name:\tbenches\n"), None);
    }

    #[test]
    fn growth_is_divided_by_the_number_of_tokens() {
        let growth = Growth {
            tokens: 2_000,
            forged: false,
            kibibytes: Some(1_000),
        };
        assert!((growth.bytes_per_token().unwrap() - 512.0).abs() < 1e-9);
    }
}
