//! The objects of callers: whether attacks as another owner were refused, or a person states why none are needed.

use std::fmt;

use crate::evidence::{AttackClass, endpoint, is_below};
use crate::path_parts::has_parameter;
use crate::report::measured::{Found, method_names};
use crate::report::sources::Sources;
use crate::report::statement::{Statement, Topic};
use crate::report::text::counted;
use crate::routing::Route;

/// The evidence that a caller has no access to the objects of another one on an endpoint.
#[derive(Clone, Copy)]
pub(super) enum Objects<'a> {
    /// Another owner was refused.
    Refused,
    /// An attack was admitted, or not sent: its class has the gap.
    Attacked,
    Stated(&'a Statement),
    NotAttacked,
}

/// The evidence for every endpoint with objects, and the statements about them.
pub(super) struct AllObjects<'a> {
    /// Each endpoint with an identifier in its path.
    endpoints: Vec<(String, Objects<'a>)>,
    statements: Vec<&'a Statement>,
}

impl<'a> Objects<'a> {
    /// Returns the evidence for an endpoint; `None` without an identifier in the path, or without a caller.
    ///
    /// A fallback has no parameters of its own: its handler does not identify an object by them.
    pub(super) fn of(route: &Route, method: &str, sources: &'a Sources<'_>) -> Option<Self> {
        let has_objects =
            has_parameter(route.path()) && !route.is_fallback() && !route.declaration().is_public();
        has_objects.then(|| {
            let results = match sources.find(method, route) {
                Found::Current(results) => results.class(AttackClass::OtherOwner),
                Found::Nothing | Found::Outdated(..) => None,
            };
            match (results, statement_about(route.path(), sources)) {
                (Some(results), _) if results.is_evidence() => Self::Refused,
                (Some(_), _) => Self::Attacked,
                (None, Some(statement)) => Self::Stated(statement),
                (None, None) => Self::NotAttacked,
            }
        })
    }
}

/// Returns the statement about the longest path at or above this one.
fn statement_about<'a>(path: &str, sources: &'a Sources<'_>) -> Option<&'a Statement> {
    let statements = about_objects(sources);
    let above = statements.filter(|(object, _)| is_below(path, object));
    let longest = above.max_by_key(|(object, _)| object.split('/').count());
    longest.map(|(_, statement)| statement)
}

fn about_objects<'a>(
    sources: &'a Sources<'_>,
) -> impl Iterator<Item = (&'static str, &'a Statement)> {
    let statements = sources.statements.values();
    statements.filter_map(|statement| match statement.topic() {
        Topic::Objects(path) => Some((path, statement)),
        _ => None,
    })
}

impl fmt::Display for Objects<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("objects: refused to other owners"),
            Self::Attacked => f.write_str("objects: attacked, with gaps"),
            Self::Stated(statement) => write!(
                f,
                "objects: not attacked, stated by {}, {}",
                statement.owner(),
                statement.date()
            ),
            Self::NotAttacked => f.write_str("objects: not attacked"),
        }
    }
}

impl<'a> AllObjects<'a> {
    pub(super) fn of(sources: &'a Sources<'_>) -> Self {
        let mut endpoints = Vec::new();
        for route in sources.inventory {
            let selection = route.selection().map(ToString::to_string);
            for method in method_names(route) {
                if let Some(objects) = Objects::of(route, method, sources) {
                    let name = endpoint(method, route.path(), selection.as_deref());
                    endpoints.push((name, objects));
                }
            }
        }
        let statements = about_objects(sources);
        Self {
            endpoints,
            statements: statements.map(|(_, statement)| statement).collect(),
        }
    }

    pub(super) fn statements(&self) -> &[&'a Statement] {
        &self.statements
    }

    /// Returns whether other owners were refused on each endpoint with objects, and there is one.
    pub(super) fn are_proved(&self) -> bool {
        let mut all = self.endpoints.iter();
        !self.endpoints.is_empty() && all.all(|(_, objects)| matches!(objects, Objects::Refused))
    }

    pub(super) fn evidence(&self) -> Vec<String> {
        let total = self.endpoints.len();
        if total == 0 {
            return vec![
                "no path of a handler with callers has an identifier, so that no object of another caller can be attacked"
                    .to_owned(),
            ];
        }
        let of = |is_meant: &dyn Fn(&Objects<'_>) -> bool| -> Vec<String> {
            let meant = self.endpoints.iter().filter(|(_, one)| is_meant(one));
            meant.map(|(name, _)| format!("`{name}`")).collect()
        };
        let refused = of(&|objects| matches!(objects, Objects::Refused)).len();
        let mut evidence = vec![format!(
            "objects: refused to other owners on {refused} of {} with an identifier in the path",
            counted(total, "endpoint", "endpoints")
        )];
        let stated = of(&|objects| matches!(objects, Objects::Stated(_)));
        if !stated.is_empty() {
            let stated = stated.join(", ");
            evidence.push(format!("objects: not attacked, but stated, on {stated}"));
        }
        let not_attacked = of(&|objects| matches!(objects, Objects::NotAttacked));
        if !not_attacked.is_empty() {
            let not_attacked = not_attacked.join(", ");
            evidence.push(format!("objects: not attacked on {not_attacked}"));
        }
        evidence
    }

    /// Returns a gap for each endpoint without an attack and without a statement.
    pub(super) fn not_attacked(&self) -> impl Iterator<Item = String> {
        let endpoints = self.endpoints.iter();
        let not_attacked = endpoints.filter(|(_, one)| matches!(one, Objects::NotAttacked));
        not_attacked.map(|(name, _)| {
            format!(
                "objects: not attacked on `{name}`; attack them as another owner, or state why none belongs to a caller"
            )
        })
    }

    /// Returns a gap for each statement that is incomplete, or about no endpoint whose objects are not attacked.
    pub(super) fn statement_gaps(&self) -> impl Iterator<Item = String> {
        let statements = self.statements.iter();
        statements.filter_map(|statement| {
            let topic = statement.topic();
            if let Some(part) = statement.missing() {
                return Some(format!("the statement about {topic} has no {part}"));
            }
            let is_stated = |objects: &Objects<'_>| matches!(objects, Objects::Stated(other) if other.topic() == topic);
            let is_needed = self.endpoints.iter().any(|(_, one)| is_stated(one));
            (!is_needed).then(|| {
                format!(
                    "the statement about {topic} is not needed: there is no such endpoint, or its objects are attacked"
                )
            })
        })
    }
}
