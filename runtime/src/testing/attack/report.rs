//! The outcome of an attack.

use std::fmt;
use std::path::Path;

use crate::evidence::{Admission, AttackClass, AttackResults, ClassResults, RouteResults};
use crate::testing::or_panic;

/// The outcome of an [`Attack`](crate::testing::attack::Attack).
///
/// Its `Display` form lists the admitted attacks and the routes that were not covered, then one line with the counts.
#[derive(Clone, Debug)]
#[must_use = "only `assert_refused` fails a test"]
pub struct AttackReport {
    pub(super) results: AttackResults,
    /// The routes that were not attacked, with the reason.
    pub(super) uncovered: Vec<(String, String)>,
    /// The routes that the test leaves out, with the reason.
    pub(super) skipped: Vec<(String, String)>,
    /// Whether the limit of requests or of time was reached.
    pub(super) is_incomplete: bool,
    /// The excuses that excuse nothing.
    pub(super) unused_excuses: Vec<String>,
    /// The attacked objects to which their owner has no access on any route, or that have no other owner, each with the reason.
    pub(super) unproven_objects: Vec<String>,
    /// For each route, the objects that no other owner tried below an own one.
    pub(super) uncrossed_objects: Vec<(String, String)>,
    /// For each route, the admitted attacks with `PUT` that may have created an object of their own caller.
    pub(super) creations: Vec<(String, String)>,
    /// The issuers of the test of which no token is valid at the API.
    pub(super) invalid_issuers: Vec<String>,
}

impl AttackReport {
    /// Returns the results of each route.
    pub fn results(&self) -> &AttackResults {
        &self.results
    }

    /// Returns each attack that was not refused and has no excuse, as a sentence.
    pub fn admitted(&self) -> Vec<String> {
        let unexcused = self.unexcused();
        let sentences = unexcused.map(|(route, class, admission)| {
            format!(
                "{}: {}: {} (status {})",
                route.name(),
                class.class(),
                admission.attack(),
                admission.status()
            )
        });
        sentences.collect()
    }

    fn unexcused(&self) -> impl Iterator<Item = (&RouteResults, &ClassResults, &Admission)> {
        let routes = self.results.routes().iter();
        let classes =
            routes.flat_map(|route| route.classes().iter().map(move |class| (route, class)));
        classes.flat_map(|(route, class)| {
            let unexcused = class.unexcused();
            unexcused.map(move |admission| (route, class, admission))
        })
    }

    /// Returns the edit for each admitted attack that is no weakness if it created an object of its own caller.
    fn excuses_of_creations(&self) -> impl Iterator<Item = String> {
        let unexcused = self.unexcused();
        let created = unexcused.filter(|(route, class, admission)| {
            let mut creations = self.creations.iter();
            class.class() == AttackClass::OtherOwner
                && creations
                    .any(|(name, attack)| *name == route.name() && attack == admission.attack())
        });
        created.map(|(route, _, admission)| {
            let (method, path, attack) = (route.method(), route.path(), admission.attack());
            format!(
                "if {method} {path} created an object of the caller, and changed none of another owner, add `.excuse_attack(\"{method} {path}\", AttackClass::OtherOwner, \"{attack}\", \"creates an object of the caller\")`"
            )
        })
    }

    /// Returns the routes that were not attacked, each with the reason.
    pub fn uncovered(&self) -> impl Iterator<Item = (&str, &str)> {
        self.uncovered
            .iter()
            .map(|(route, reason)| (route.as_str(), reason.as_str()))
    }

    /// Writes the results to a file, with the commit and the date of the [environment](AttackResults::with_environment).
    ///
    /// # Panics
    ///
    /// Panics if the file cannot be written, or if the environment's commit or date is malformed.
    #[track_caller]
    pub fn write(self, path: impl AsRef<Path>) -> Self {
        let results = or_panic(
            self.results.clone().with_environment(),
            "cannot date the attack results",
        );
        or_panic(results.write(path), "cannot write the attack results");
        Self { results, ..self }
    }

    /// Asserts that every attack was refused, that every route was attacked within the limits of requests and time, that every
    /// excuse is needed, that every attacked object has another owner and is one to which its own has access on some route, and that
    /// a token of every issuer of the test is valid.
    ///
    /// Returns the results.
    ///
    /// # Panics
    ///
    /// Panics otherwise, with the list.
    #[track_caller]
    pub fn assert_refused(self) -> AttackResults {
        let is_clean = self.admitted().is_empty()
            && self.uncovered.is_empty()
            && self.unused_excuses.is_empty()
            && self.unproven_objects.is_empty()
            && self.invalid_issuers.is_empty()
            && !self.is_incomplete;
        assert!(is_clean, "{self}");
        self.results
    }
}

impl fmt::Display for AttackReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let admitted = self.admitted();
        if !admitted.is_empty() {
            writeln!(f, "attacks that were not refused:")?;
            for sentence in &admitted {
                writeln!(f, "  {sentence}")?;
            }
        }
        for edit in self.excuses_of_creations() {
            writeln!(f, "{edit}")?;
        }
        if !self.uncovered.is_empty() {
            writeln!(f, "routes that were not attacked:")?;
            for (route, reason) in &self.uncovered {
                writeln!(f, "  {route}: {reason}")?;
            }
        }
        let classes = || {
            let routes = self.results.routes().iter();
            routes.flat_map(|route| route.classes().iter().map(move |class| (route, class)))
        };
        for (route, class) in classes() {
            for reason in class.not_covered() {
                let (route, name) = (route.name(), class.class());
                let excuse = excuse_in_parentheses(class);
                writeln!(f, "not covered: {route}: {name}: {reason}{excuse}")?;
            }
        }
        for (route, objects) in &self.uncrossed_objects {
            let class = AttackClass::OtherOwner;
            writeln!(f, "not covered: {route}: {class}: {objects}")?;
        }
        for excuse in &self.unused_excuses {
            writeln!(f, "the excuse of {excuse} excuses nothing; remove it")?;
        }
        for object in &self.unproven_objects {
            writeln!(f, "the object {object}")?;
        }
        for issuer in &self.invalid_issuers {
            writeln!(f, "{issuer}")?;
        }
        for (route, reason) in &self.skipped {
            writeln!(f, "skipped {route}: {reason}")?;
        }
        if self.is_incomplete {
            writeln!(
                f,
                "a limit of the attack was reached: raise `request_limit` or `time_limit`"
            )?;
        }
        let sent: u32 = classes().map(|(_, class)| class.sent()).sum();
        let refused: u32 = classes().map(|(_, class)| class.refused()).sum();
        let routes = match self.results.routes().len() {
            1 => "1 route".to_owned(),
            count => format!("{count} routes"),
        };
        write!(f, "{refused} of {sent} attacks on {routes} were refused")
    }
}

/// Returns the excuse of a class as the end of a line; empty without one.
fn excuse_in_parentheses(class: &ClassResults) -> String {
    let excuse = class.excuse();
    excuse.map_or_else(String::new, |reason| format!(" (excused: {reason})"))
}
