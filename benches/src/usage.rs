//! The resource usage of a thread as counted by the system, which other programs do not affect.

use std::fs;
use std::ops::{Add, Sub};
use std::path::Path;
use std::time::Duration;

use crate::outcome::Outcome;

/// CPU time and voluntary context switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Nanoseconds, counted at ticks of the system clock and therefore right on average.
    pub(crate) cpu_time: u64,
    /// Voluntary context switches, as at a contended lock.
    pub(crate) switches: u64,
}

impl Usage {
    /// Returns the usage of the current thread, if the system reports it.
    pub(crate) fn of_this_thread() -> Option<Self> {
        Some(Self {
            cpu_time: cpu_time(&fs::read_to_string("/proc/thread-self/schedstat").ok()?)?,
            switches: switches(&fs::read_to_string("/proc/thread-self/status").ok()?)?,
        })
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            cpu_time: self.cpu_time + other.cpu_time,
            switches: self.switches + other.switches,
        }
    }
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            cpu_time: self.cpu_time.saturating_sub(before.cpu_time),
            switches: self.switches.saturating_sub(before.switches),
        }
    }
}

/// Returns the CPU time that a thread has used, by its directory in `/proc`.
///
/// # Errors
///
/// Returns an error if the thread has ended, or the system does not report the time.
pub(crate) fn cpu_time_of(thread: &Path) -> Outcome<Duration> {
    let time = cpu_time(&fs::read_to_string(thread.join("schedstat"))?);
    let time = time.ok_or("the system reports no CPU time")?;
    Ok(Duration::from_nanos(time))
}

/// Returns the nanoseconds for which the current thread could have run but its core ran another, if the system reports them.
pub(crate) fn waiting_time_of_this_thread() -> Option<u64> {
    waiting_time(&fs::read_to_string("/proc/thread-self/schedstat").ok()?)
}

fn waiting_time(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().nth(1)?.parse().ok()
}

fn cpu_time(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

fn switches(status: &str) -> Option<u64> {
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, count) = lines.find(|(name, _)| *name == "voluntary_ctxt_switches")?;
    count.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_voluntary_switches_are_counted() {
        let status = "VmRSS:\t9 kB\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t8\n";
        assert_eq!(switches(status), Some(7));
        assert_eq!(switches("VmRSS:\t9 kB\n"), None);
    }

    #[test]
    fn first_number_of_schedstat_is_the_cpu_time() {
        assert_eq!(cpu_time("1443522 77 3\n"), Some(1_443_522));
        assert_eq!(cpu_time(""), None);
    }

    #[test]
    fn second_number_of_schedstat_is_the_waiting_time() {
        assert_eq!(waiting_time("1443522 77 3\n"), Some(77));
        assert_eq!(waiting_time("1443522"), None);
    }
}
