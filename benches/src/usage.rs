//! What a thread has used so far, by the system's count; other programs do not show in it.

use std::fs;
use std::ops::{Add, Sub};

/// Time on a core, and how often the thread gave up its core by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Nanoseconds; counted at each tick of the system's clock, so right on average.
    pub(crate) on_core: u64,
    /// As a thread does at a lock that is taken.
    pub(crate) waits: u64,
}

impl Usage {
    /// This thread's, where the system tells.
    pub(crate) fn of_this_thread() -> Option<Self> {
        Some(Self {
            on_core: on_core(&fs::read_to_string("/proc/thread-self/schedstat").ok()?)?,
            waits: waits(&fs::read_to_string("/proc/thread-self/status").ok()?)?,
        })
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            on_core: self.on_core + other.on_core,
            waits: self.waits + other.waits,
        }
    }
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            on_core: self.on_core.saturating_sub(before.on_core),
            waits: self.waits.saturating_sub(before.waits),
        }
    }
}

fn on_core(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

fn waits(status: &str) -> Option<u64> {
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, count) = lines.find(|(name, _)| *name == "voluntary_ctxt_switches")?;
    count.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_switches_of_its_own_will_are_counted() {
        let status = "VmRSS:\t9 kB\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t8\n";
        assert_eq!(waits(status), Some(7));
        assert_eq!(waits("VmRSS:\t9 kB\n"), None);
    }

    #[test]
    fn the_first_number_is_the_time_on_a_core() {
        assert_eq!(on_core("1443522 77 3\n"), Some(1_443_522));
        assert_eq!(on_core(""), None);
    }
}
