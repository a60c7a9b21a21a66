//! The ends of the attackers' connections.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::outcome::Outcome;

/// How many connections were opened, and when the server closed them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) opened: usize,
    /// Those that the server did not accept.
    pub(crate) refused: usize,
    times: Vec<Duration>,
}

impl Ends {
    pub(crate) fn push(&mut self, end: Option<Duration>) {
        match end {
            Some(time) => self.times.push(time),
            None => self.refused += 1,
        }
    }

    /// Returns the number of connections that the server has closed.
    pub(crate) fn closed(&self) -> usize {
        self.times.len()
    }

    /// Returns the median and the maximum of the times until the server closed a connection.
    pub(crate) fn times(&self) -> Option<(Duration, Duration)> {
        let mut times = self.times.clone();
        times.sort();
        Some((*times.get(times.len() / 2)?, *times.last()?))
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.opened, self.refused)?;
        for time in &self.times {
            write!(f, " {}", time.as_micros())?;
        }
        Ok(())
    }
}

impl FromStr for Ends {
    type Err = Box<dyn std::error::Error + Send + Sync>;

    fn from_str(text: &str) -> Outcome<Self> {
        let numbers = text.split_whitespace().map(str::parse);
        let mut numbers = numbers.collect::<Result<Vec<u64>, _>>()?.into_iter();
        let mut next = || numbers.next().ok_or("the attackers reported no number");
        Ok(Self {
            opened: usize::try_from(next()?)?,
            refused: usize::try_from(next()?)?,
            times: numbers.map(Duration::from_micros).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_ends_are_parsed() {
        let mut ends = Ends {
            opened: 4,
            ..Ends::default()
        };
        for end in [Some(3), None, Some(9), Some(4)] {
            ends.push(end.map(Duration::from_secs));
        }
        assert_eq!(ends.to_string().parse::<Ends>().unwrap(), ends);
        assert_eq!((ends.closed(), ends.refused), (3, 1));
        let times = ends.times().unwrap();
        assert_eq!(times, (Duration::from_secs(4), Duration::from_secs(9)));
        assert_eq!(Ends::default().times(), None);
        assert!("".parse::<Ends>().is_err());
    }
}
