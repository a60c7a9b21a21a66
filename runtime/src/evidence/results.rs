//! The results of all attacks on an API.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::evidence::{EvidenceError, RouteResults, TokenSettings};

/// The version of the format.
const VERSION: u32 = 1;

/// The maximum size of a file, in bytes.
const MAX_SIZE: u64 = 32 * 1024 * 1024;

/// The variables that name the commit, the first one that is set.
const COMMIT_VARIABLES: [&str; 3] = ["PALISADE_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA"];

/// The variable that has the date.
const DATE_VARIABLE: &str = "PALISADE_DATE";

/// The results of all attacks on an API, sorted by path, method and selection by header fields.
///
/// The commit and the date are those that the test states, or that its environment has. Without them, the results have
/// none: nothing is guessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttackResults {
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    /// `None` in files of versions that did not record them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issuers: Option<TriedIssuers>,
    routes: Vec<RouteResults>,
}

/// The issuers of which valid tokens were sent to the routes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriedIssuers {
    /// The issuer of the tested API, which stands for one that the API trusts in production.
    pub(crate) test: String,
    /// The issuers that the test adds, by the URLs that they have in production.
    pub(crate) further: Vec<String>,
    /// The settings of the issuer of the test; `None` in files of versions that did not record them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) settings: Option<TokenSettings>,
}

/// The version of a text, whatever its other members are.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl AttackResults {
    /// Creates results without a commit and a date.
    pub(crate) fn new(mut routes: Vec<RouteResults>) -> Self {
        let key = |route: &RouteResults| {
            let RouteResults {
                method,
                path,
                selection,
                ..
            } = route;
            (path.clone(), method.clone(), selection.clone())
        };
        routes.sort_by_cached_key(key);
        Self {
            version: VERSION,
            commit: None,
            date: None,
            issuers: None,
            routes,
        }
    }

    /// Sets the issuers of which valid tokens were sent.
    pub(crate) fn with_issuers(self, issuers: TriedIssuers) -> Self {
        let issuers = Some(issuers);
        Self { issuers, ..self }
    }

    /// Sets the commit of the attacked code: between 7 and 64 hexadecimal digits in lower case.
    ///
    /// # Errors
    ///
    /// Returns [`EvidenceError::Commit`] for another text.
    pub fn with_commit(self, commit: &str) -> Result<Self, EvidenceError> {
        let commit = Some(commit.to_owned());
        Self { commit, ..self }.checked()
    }

    /// Sets the date of the attacks, in the form `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// Returns [`EvidenceError::Date`] for another text.
    pub fn with_date(self, date: &str) -> Result<Self, EvidenceError> {
        let date = Some(date.to_owned());
        Self { date, ..self }.checked()
    }

    /// Sets the commit and the date from the environment, unless they are set.
    ///
    /// `PALISADE_COMMIT`, `GITHUB_SHA` or `CI_COMMIT_SHA` is the commit, and `PALISADE_DATE` the date. An empty variable
    /// counts as absent.
    ///
    /// # Errors
    ///
    /// Returns an error for a variable that is no commit or date.
    pub fn with_environment(self) -> Result<Self, EvidenceError> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let commit = self.commit.clone();
        let date = self.date.clone();
        Self {
            commit: commit.or_else(|| COMMIT_VARIABLES.into_iter().find_map(variable)),
            date: date.or_else(|| variable(DATE_VARIABLE)),
            ..self
        }
        .checked()
    }

    /// Reads results from a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, or is not what [`write`](Self::write) writes.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, EvidenceError> {
        let path = path.as_ref();
        let mut text = String::new();
        File::open(path)
            .and_then(|file| file.take(MAX_SIZE + 1).read_to_string(&mut text))
            .map_err(|error| EvidenceError::io(path, error))?;
        Self::parse(&text)
    }

    /// Parses results.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not what [`to_json`](Self::to_json) returns.
    pub fn parse(text: &str) -> Result<Self, EvidenceError> {
        if u64::try_from(text.len()).is_ok_and(|size| size > MAX_SIZE) {
            return Err(EvidenceError::TooLarge);
        }
        let Version { version } = serde_json::from_str(text).map_err(EvidenceError::Malformed)?;
        if version != VERSION {
            return Err(EvidenceError::Version { found: version });
        }
        let results: Self = serde_json::from_str(text).map_err(EvidenceError::Malformed)?;
        results.checked()
    }

    /// Returns the results as JSON, which ends with a line break.
    ///
    /// # Panics
    ///
    /// Never: the results are text and numbers.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Writes the results to a file, which is replaced as a whole. Missing folders are created.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), EvidenceError> {
        let path = path.as_ref();
        let new = path.with_extension("new");
        let write = || -> io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&new, self.to_json())?;
            fs::rename(&new, path)
        };
        write().map_err(|error| EvidenceError::io(path, error))
    }

    /// Returns the commit of the attacked code, if it is known.
    pub fn commit(&self) -> Option<&str> {
        self.commit.as_deref()
    }

    /// Returns the date of the attacks, if it is known.
    pub fn date(&self) -> Option<&str> {
        self.date.as_deref()
    }

    /// Returns the issuers of which valid tokens were sent; `None` if the file does not record them.
    #[cfg(feature = "report")]
    pub(crate) fn issuers(&self) -> Option<&TriedIssuers> {
        self.issuers.as_ref()
    }

    /// Returns the results of each route, sorted by path and method.
    pub fn routes(&self) -> &[RouteResults] {
        &self.routes
    }

    /// Returns the results of one route, with the path of the inventory; the first ones if header fields choose among several
    /// handlers.
    pub fn route(&self, method: &str, path: &str) -> Option<&RouteResults> {
        let mut routes = self.routes.iter();
        routes.find(|route| route.method == method && route.path == path)
    }

    /// Returns the results of the handler that these header fields choose, as the inventory has them.
    pub fn selected_route(
        &self,
        method: &str,
        path: &str,
        selection: Option<&str>,
    ) -> Option<&RouteResults> {
        let mut routes = self.routes.iter();
        routes.find(|route| {
            route.method == method && route.path == path && route.selection() == selection
        })
    }

    fn checked(self) -> Result<Self, EvidenceError> {
        if !self.commit.as_deref().is_none_or(is_commit) {
            return Err(EvidenceError::Commit);
        }
        if !self.date.as_deref().is_none_or(is_date) {
            return Err(EvidenceError::Date);
        }
        for (at, route) in self.routes.iter().enumerate() {
            route.check()?;
            let is_same = |other: &RouteResults| {
                other.method == route.method
                    && other.path == route.path
                    && other.selection == route.selection
            };
            if self.routes.iter().take(at).any(is_same) {
                let route = route.name();
                return Err(EvidenceError::DuplicateRoute { route });
            }
        }
        Ok(self)
    }
}

impl EvidenceError {
    fn io(path: &Path, error: io::Error) -> Self {
        let file = path.display().to_string();
        Self::Io { file, error }
    }
}

fn is_commit(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (7..=64).contains(&text.len()) && text.bytes().all(is_digit)
}

/// Returns whether the text is a date of the proleptic Gregorian calendar.
pub(crate) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |text: &str, length: usize| {
        let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number)
    };
    let [year, month, day] = parts[..] else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Returns the number of a day, so that the next day has the next number; `None` if the text is no date.
#[cfg(feature = "report")]
pub(crate) fn day_number(text: &str) -> Option<i64> {
    if !is_date(text) {
        return None;
    }
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    // a year from March on ends with its leap day
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(365 * year + leap_days + (153 * month + 2) / 5 + day)
}
