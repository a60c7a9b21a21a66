//! The builds of a program by cargo.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::build_cost::program::Program;

/// Runs `cargo check` or `cargo build`, and returns the time from its start to its end.
///
/// # Errors
///
/// Fails if cargo cannot be started or the program does not build; cargo's own messages are on the standard error.
pub(super) fn time(program: &Program, command: &str, target: &Path) -> io::Result<Duration> {
    let mut cargo = Command::new("cargo");
    cargo
        .args([command, "--quiet", "--target-dir"])
        .arg(target)
        .current_dir(&program.directory)
        .stdin(Stdio::null());
    let start = Instant::now();
    let status = cargo.status()?;
    let time = start.elapsed();
    if status.success() {
        Ok(time)
    } else {
        let name = program.variant.name();
        Err(io::Error::other(format!(
            "the program `{name}` does not build"
        )))
    }
}
