//! The date and the machine of the figures.

use std::fmt;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

/// The date, the processor and the compiler.
pub(crate) struct Machine {
    date: String,
    cores: usize,
    processor: String,
    compiler: String,
}

impl Machine {
    /// Describes this machine now; properties that the system does not report are `unknown`.
    pub(crate) fn current() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let days = since.map_or(0, |since| since.as_secs() / 86_400);
        let processor = fs::read_to_string("/proc/cpuinfo").ok();
        let processor = processor.as_deref().and_then(model).map(str::to_owned);
        Self {
            date: date(days),
            cores: thread::available_parallelism().map_or(1, usize::from),
            processor: processor.unwrap_or_else(|| "unknown processor".to_owned()),
            compiler: compiler().unwrap_or_else(|| "unknown compiler".to_owned()),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            date,
            cores,
            processor,
            compiler,
        } = self;
        write!(f, "{date}, {cores} cores of {processor}, {compiler}")
    }
}

fn model(cpuinfo: &str) -> Option<&str> {
    let mut lines = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let (_, model) = lines.find(|(name, _)| name.trim_end() == "model name")?;
    Some(model.trim())
}

/// Returns `rustc 1.95.0` for the toolchain that runs this program under cargo.
fn compiler() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    let mut words = version.split_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?))
}

/// Formats the Gregorian date of a day since 1970-01-01 (`full-date` of RFC 3339 §5.6).
///
/// Years start in March, so that the leap day is the last day of a year.
fn date(days_since_1970: u64) -> String {
    const DAYS_TO_1970_FROM_MARCH_0000: u64 = 719_468;
    const DAYS_OF_400_YEARS: u64 = 146_097;
    let days = days_since_1970 + DAYS_TO_1970_FROM_MARCH_0000;
    let (era, day_of_era) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = 400 * era + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_since_epoch_are_formatted_as_date() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (19_722, "2023-12-31"),
            (19_723, "2024-01-01"),
        ] {
            assert_eq!(date(days), expected);
        }
    }

    #[test]
    fn processor_is_the_first_model_name() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: Other\n";
        assert_eq!(model(cpuinfo), Some("Some CPU @ 2 GHz"));
        assert_eq!(model("processor: 0"), None);
    }
}
