//! The processes of a measurement: this program again, on one core.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{self, Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::outcome::Outcome;
use crate::usage;

/// The core of the server, and that of the clients.
pub(crate) const SERVER_CORE: &str = "0";
pub(crate) const CLIENT_CORE: &str = "1";

/// A process of this program, which ends when this is dropped.
pub(crate) struct Process {
    child: Child,
    /// Its end is the sign to stop.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// The order in which the system runs the processes of a core.
#[derive(Clone, Copy)]
pub(crate) enum Priority {
    Normal,
    /// Runs while the others wait.
    Low,
}

/// Restricts this process to the core of the clients.
///
/// # Errors
///
/// Returns an error if `taskset` (util-linux) is missing or this machine has one core.
pub(crate) fn pin() -> Outcome<()> {
    let pid = process::id().to_string();
    let mut command = Command::new("taskset");
    command.args(["--all-tasks", "--cpu-list", "--pid", CLIENT_CORE, &pid]);
    let output = command
        .output()
        .map_err(|error| format!("cannot run `taskset` (util-linux): {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}

/// Returns a command that runs `taskset` while the processes of the normal priority wait.
///
/// Under `chrt`, `nice` has no effect.
fn low_priority() -> Outcome<Command> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (program, arguments) = if is_real_time(&stat) {
        ("chrt", ["--rr", "1"])
    } else {
        ("nice", ["-n", "19"])
    };
    let mut command = Command::new(program);
    command.args(arguments).arg("taskset");
    Ok(command)
}

/// Returns whether a process has a real-time policy, by its `stat` (`man proc_pid_stat`).
fn is_real_time(stat: &str) -> bool {
    /// The policy, counted from the field after the name.
    const POLICY: usize = 38;
    const REAL_TIME: [&str; 2] = ["1", "2"];
    // the name may contain spaces and parentheses
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let mut fields = fields.split_whitespace();
    fields
        .nth(POLICY)
        .is_some_and(|policy| REAL_TIME.contains(&policy))
}

impl Process {
    pub(crate) fn start(core: &str, priority: Priority, arguments: &[&str]) -> Outcome<Self> {
        let mut command = match priority {
            Priority::Normal => Command::new("taskset"),
            Priority::Low => low_priority()?,
        };
        command.args(["--cpu-list", core]);
        command.arg(env::current_exe()?).args(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("a process has no output")?;
        Ok(Self {
            input: child.stdin.take(),
            output: BufReader::new(output),
            child,
        })
    }

    pub(crate) fn write(&mut self, text: &str) -> Outcome<()> {
        let input = self.input.as_mut().ok_or("a process is stopping")?;
        input.write_all(text.as_bytes())?;
        Ok(input.flush()?)
    }

    pub(crate) fn read_line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err("a process has ended early".into());
        }
        Ok(line)
    }

    /// Reads a line, and repeats `meanwhile` until it arrives.
    pub(crate) fn read_line_during(
        &mut self,
        mut meanwhile: impl FnMut() -> Outcome<()>,
    ) -> Outcome<String> {
        thread::scope(|scope| {
            let reading = scope.spawn(|| self.read_line());
            while !reading.is_finished() {
                meanwhile()?;
            }
            let line = reading.join();
            line.unwrap_or_else(|_| Err("a line cannot be read".into()))
        })
    }

    /// Lets the process stop.
    pub(crate) fn stop(&mut self) {
        self.input = None;
    }

    /// Waits for the end, and returns the rest of the output.
    pub(crate) fn finish(mut self) -> Outcome<String> {
        self.stop();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest)?;
        self.child.wait()?;
        Ok(rest)
    }

    /// Returns the resident memory, and its peak, in KiB.
    pub(crate) fn memory(&self) -> Outcome<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name| memory(&status, name).ok_or("the system reports no resident memory");
        Ok(Memory {
            resident: field("VmRSS")?,
            peak: field("VmHWM")?,
        })
    }

    /// Returns the CPU time of all threads.
    pub(crate) fn cpu_time(&self) -> Outcome<Duration> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id()))?;
        let mut total = Duration::ZERO;
        for thread in threads {
            // a thread that has just ended is not there any more
            total += usage::cpu_time_of(&thread?.path()).unwrap_or_default();
        }
        Ok(total)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // it may have ended
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Memory in KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) resident: u64,
    pub(crate) peak: u64,
}

fn memory(status: &str, name: &str) -> Option<u64> {
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(field, _)| *field == name)?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_of_a_process_follows_its_name() {
        let fields = "0 ".repeat(35);
        for (policy, is_expected) in [("0", false), ("1", true), ("2", true), ("5", false)] {
            let stat = format!("6591 (a) b) R 6548 6548 {fields}{policy} 0 0");
            assert_eq!(is_real_time(&stat), is_expected, "{policy}");
        }
        assert!(!is_real_time(""));
    }

    #[test]
    fn memory_is_in_kibibytes() {
        let status = "VmHWM:\t   10240 kB\nVmRSS:\t    9216 kB\nThreads:\t2\n";
        assert_eq!(memory(status, "VmRSS"), Some(9216));
        assert_eq!(memory(status, "VmHWM"), Some(10_240));
        assert_eq!(memory(status, "VmSwap"), None);
    }
}
