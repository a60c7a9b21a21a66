//! `cargo xtask build-cost`: how long a program with Palisade takes to build, beside the same one by hand.
//!
//! It generates the same program three times ([`program`]) and lets cargo build it ([`builds`]). The figures depend on the machine, so
//! nothing is asserted; the ratios are for `benches/RESULTS.md`.

mod builds;
mod program;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use builds::time;
use program::{Program, Variant};

/// The default number of modules, each with two endpoints.
const MODULES: usize = 50;

/// How often an endpoint is edited and built; the median counts.
const ROUNDS: usize = 7;

/// Prints the time after an edit of one endpoint, and with `--clean` the time of a build from nothing.
///
/// # Errors
///
/// Fails if an argument is not a number of modules from 1 to 1000, if a file cannot be written, or if a program does
/// not build.
pub(crate) fn run(workspace: &Path, arguments: &[&str], out: &mut impl Write) -> io::Result<()> {
    let (is_clean, modules) = match arguments {
        ["--clean", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let modules = number_of_modules(modules)?;
    let directory = workspace.canonicalize()?.join("target/build-cost");
    let programs = Variant::ALL.map(|variant| Program {
        variant,
        modules,
        directory: directory.join(variant.name()),
    });
    for program in &programs {
        program.write(workspace)?;
    }
    if is_clean {
        clean(&programs, &directory, out)
    } else {
        edited(&programs, out)
    }
}

fn number_of_modules(arguments: &[&str]) -> io::Result<usize> {
    let number = match arguments {
        [] => Some(MODULES),
        [number] => number.parse().ok(),
        _ => None,
    };
    number
        .filter(|number| (1..=1000).contains(number))
        .ok_or_else(|| io::Error::other("expected a number of modules from 1 to 1000"))
}

/// Times a build of everything, without what cargo has built before.
fn clean(programs: &[Program; 3], directory: &Path, out: &mut impl Write) -> io::Result<()> {
    let target = directory.join("clean");
    let mut times = Vec::new();
    for program in programs {
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        times.push(time(program, "build", &target)?);
    }
    print("clean build", programs, &times, out)
}

/// Times `cargo check` and `cargo build` after an edit of one endpoint, in turns.
fn edited(programs: &[Program; 3], out: &mut impl Write) -> io::Result<()> {
    for command in ["check", "build"] {
        let mut times = [const { Vec::new() }; 3];
        for round in 0..=ROUNDS {
            for (program, times) in programs.iter().zip(&mut times) {
                program.edit(round)?;
                let time = time(program, command, &program.directory.join("target"))?;
                // the first one builds the dependencies
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let medians = times.map(|times| median(&times));
        print(
            &format!("cargo {command} after an edit"),
            programs,
            &medians,
            out,
        )?;
    }
    Ok(())
}

/// Prints each time, and its ratio to that of the first program.
fn print(
    name: &str,
    programs: &[Program; 3],
    times: &[Duration],
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "{name}:")?;
    let base = times.first().map_or(f64::NAN, Duration::as_secs_f64);
    for (program, time) in programs.iter().zip(times) {
        let (name, seconds) = (program.variant.name(), time.as_secs_f64());
        writeln!(out, "  {name:<16} {seconds:>7.2} s {:>6.2}", seconds / base)?;
    }
    Ok(())
}

/// The median; of an even number, the higher of the two in the middle.
fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_is_in_the_middle_of_the_sorted_times() {
        let times = [3, 1, 2].map(Duration::from_secs);
        assert_eq!(median(&times), Duration::from_secs(2));
        assert_eq!(median(&[]), Duration::ZERO);
    }

    #[test]
    fn number_of_modules_has_a_default_and_limits() {
        assert_eq!(number_of_modules(&[]).unwrap(), MODULES);
        assert_eq!(number_of_modules(&["3"]).unwrap(), 3);
        for arguments in [&["0"][..], &["1001"], &["many"], &["1", "2"]] {
            assert!(number_of_modules(arguments).is_err(), "{arguments:?}");
        }
    }
}
