//! What a flood of distinct tokens leaves behind in Palisade's memory.

use std::fs;

use axum::Router;
use axum::http::StatusCode;
use palisade::Algorithm;

use crate::contenders;
use crate::driver::Driver;
use crate::outcome::Outcome;
use crate::scale::Scale;
use crate::tokens::{good, requests, with_broken_signature};

/// How many tokens are signed, presented and forgotten by this program at once.
const CHUNK: usize = 1_000;

/// The algorithm that is signed and verified fastest.
const ALGORITHM: Algorithm = Algorithm::EdDSA;

/// How much memory more than before the flood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    pub(crate) tokens: usize,
    pub(crate) forged: bool,
    /// Nothing where the system does not tell.
    pub(crate) kibibytes: Option<i64>,
}

/// Looks at memory each time the number of tokens has doubled, and after as many forged ones.
///
/// Must run before anything else has left free memory that growth would hide in.
pub(crate) fn measure(driver: &Driver, scale: &Scale) -> Outcome<Vec<Growth>> {
    // Kept to the end: what this first one needs once is not growth, nor is its memory free.
    let mut first = driver.wait(contenders::palisade())?.router;
    present(driver, &mut first, 2 * CHUNK, false)?;
    present(driver, &mut first, 2 * CHUNK, true)?;

    let mut flooded = driver.wait(contenders::palisade())?.router;
    let before = resident();
    let growth = |tokens, forged| Growth {
        tokens,
        forged,
        kibibytes: resident().zip(before).map(|(now, before)| now - before),
    };
    let mut seen = 0;
    let mut looked = Vec::new();
    while seen < scale.flood_thousands {
        let more = seen.max(1).min(scale.flood_thousands - seen);
        present(driver, &mut flooded, more * CHUNK, false)?;
        seen += more;
        looked.push(growth(seen * CHUNK, false));
    }
    present(driver, &mut flooded, seen * CHUNK, true)?;
    looked.push(growth(seen * CHUNK, true));
    drop(first);
    Ok(looked)
}

/// Presents as many new tokens, a chunk at a time.
fn present(driver: &Driver, router: &mut Router, count: usize, forged: bool) -> Outcome<()> {
    for _ in 0..count / CHUNK {
        let mut tokens: Vec<String> = (0..CHUNK).map(|_| good(ALGORITHM).sign()).collect();
        let mut expected = StatusCode::OK;
        if forged {
            expected = StatusCode::UNAUTHORIZED;
            for token in &mut tokens {
                *token = with_broken_signature(token)?;
            }
        }
        let requests = requests(tokens.iter().map(String::as_str))?;
        driver.batch(router, requests, expected)?;
    }
    Ok(())
}

/// This process's resident memory in KiB, where the system tells.
fn resident() -> Option<i64> {
    kibibytes(&fs::read_to_string("/proc/self/status").ok()?)
}

fn kibibytes(status: &str) -> Option<i64> {
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| *name == "VmRSS")?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

impl Growth {
    /// Bytes for each token seen.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn bytes_each(&self) -> Option<f64> {
        Some(self.kibibytes? as f64 * 1024.0 / self.tokens as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_in_kib() {
        let status = "Name:\tbenches\nVmPeak:\t   9 kB\nVmRSS:\t   12345 kB\nThreads:\t1\n";
        assert_eq!(kibibytes(status), Some(12_345));
        assert_eq!(kibibytes("Name:\tbenches\n"), None);
    }

    #[test]
    fn growth_is_shared_among_the_tokens() {
        let growth = Growth {
            tokens: 2_000,
            forged: false,
            kibibytes: Some(1_000),
        };
        assert!((growth.bytes_each().unwrap() - 512.0).abs() < 1e-9);
    }
}
