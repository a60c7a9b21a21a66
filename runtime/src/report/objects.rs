//! The objects of callers: whether attacks as another owner were refused, or a person states why none are needed.

use std::fmt;

use serde_json::Value;

use crate::evidence::{
    AttackClass, ClassResults, RouteResults, endpoint, is_below, is_same, parameters,
};
use crate::input::InputLocation;
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
    /// Another owner of the object above was refused; no attack had an object of this parameter.
    RefusedAbove(&'a str),
    /// The same, with a statement.
    StatedBelow(&'a str, &'a Statement),
    /// An attack was admitted, or not sent: its class has the gap.
    Attacked,
    /// An attack was admitted, or not sent, and the test excuses it.
    Excused,
    /// Attacks could not be sent, with a statement.
    StatedUncovered(&'a Statement),
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
    pub(super) fn of(route: &'a Route, method: &str, sources: &'a Sources<'_>) -> Option<Self> {
        let has_objects =
            has_parameter(route.path()) && !route.is_fallback() && !route.declaration().is_public();
        has_objects.then(|| {
            let results = match sources.find(method, route) {
                Found::Current(results) => Some(results),
                Found::Nothing | Found::Outdated(..) => None,
            };
            let statement = statement_about(route.path(), sources);
            let class = results.and_then(|results| results.class(AttackClass::OtherOwner));
            match (class, statement) {
                (Some(class), statement) if is_uncovered(class) => {
                    statement.map_or(Self::Attacked, Self::StatedUncovered)
                }
                (Some(class), _) if class.unexcused().next().is_some() || is_empty(class) => {
                    Self::Attacked
                }
                (Some(class), statement) => {
                    let objects = results.map_or(&[][..], RouteResults::objects);
                    match (parameter_below(route, objects), statement) {
                        (None, _) if !class.is_evidence() => Self::Excused,
                        (None, _) => Self::Refused,
                        (Some(name), None) => Self::RefusedAbove(name),
                        (Some(name), Some(statement)) => Self::StatedBelow(name, statement),
                    }
                }
                (None, Some(statement)) => Self::Stated(statement),
                (None, None) => Self::NotAttacked,
            }
        })
    }
}

/// Returns whether attacks could not be sent, without an excuse, and none was admitted without one.
fn is_uncovered(class: &ClassResults) -> bool {
    let has_excuse = class.excuse().is_some() || class.unexcused().next().is_some();
    !class.not_covered().is_empty() && !has_excuse
}

/// Returns whether there is neither an attack nor a reason why none was sent.
fn is_empty(class: &ClassResults) -> bool {
    class.sent() == 0 && class.not_covered().is_empty()
}

/// Returns the first identifier below the attacked objects of which no object was attacked.
///
/// `/orders/{id}/lines/{line}` with an attack on `/orders/{id}` says nothing about the lines of another order. Without a record
/// of the attacked objects, the object is that of the first parameter.
fn parameter_below<'r>(route: &'r Route, objects: &[String]) -> Option<&'r str> {
    let is_attacked = |path: &str| objects.iter().any(|object| is_same(object, path));
    let all = parameters(route.path()).enumerate();
    let mut below = all
        .skip_while(|(_, (_, path))| !objects.is_empty() && !is_attacked(path))
        .skip(1);
    let found = below.find(|(at, (name, path))| !is_attacked(path) && !is_choice(route, *at, name));
    found.map(|(_, (name, _))| name)
}

/// Returns whether a parameter of a path is one of a few values, which identify no object.
fn is_choice(route: &Route, at: usize, name: &str) -> bool {
    let mut inputs = route.inputs();
    let path = inputs.find(|input| input.location() == InputLocation::Path);
    let Some(document) = path.and_then(|path| path.schema()) else {
        return false;
    };
    let document = document.as_value();
    let by_name = || document.get("properties")?.get(name);
    let in_order = || document.get("prefixItems")?.get(at);
    let Some(schema) = by_name().or_else(in_order) else {
        return false;
    };
    let reference = schema.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    let schema = target.unwrap_or(schema);
    let is_one = |schema: &Value| schema.get("const").is_some() || schema.get("enum").is_some();
    let choices = schema.get("oneOf").and_then(Value::as_array);
    is_one(schema)
        || schema.get("type").is_some_and(|name| name == "boolean")
        || choices.is_some_and(|choices| choices.iter().all(is_one))
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
            Self::RefusedAbove(name) => {
                write!(
                    f,
                    "objects: refused to other owners, those of `{name}` not attacked"
                )
            }
            Self::StatedBelow(name, statement) => write!(
                f,
                "objects: refused to other owners, those of `{name}` not attacked, {}",
                stated(statement)
            ),
            Self::Attacked => f.write_str("objects: attacked, with gaps"),
            Self::Excused => f.write_str("objects: attacked, with an excuse of the test"),
            Self::StatedUncovered(statement) => {
                write!(f, "objects: attacks not covered, {}", stated(statement))
            }
            Self::Stated(statement) => write!(f, "objects: not attacked, {}", stated(statement)),
            Self::NotAttacked => f.write_str("objects: not attacked"),
        }
    }
}

/// Returns the owner and the date of a statement, or the part that it lacks.
fn stated(statement: &Statement) -> String {
    match statement.missing() {
        None => format!("stated by {}, {}", statement.owner(), statement.date()),
        Some(part) => format!("and the statement has no {part}"),
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

    /// Returns whether a statement is about the attacks on an endpoint that could not be sent.
    pub(super) fn states_uncovered(&self, endpoint: &str) -> bool {
        let mut all = self.endpoints.iter();
        all.any(|(name, objects)| {
            name == endpoint && matches!(objects, Objects::StatedUncovered(_))
        })
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
        for (name, objects) in &self.endpoints {
            let is_partial = matches!(
                objects,
                Objects::RefusedAbove(_)
                    | Objects::StatedBelow(..)
                    | Objects::Excused
                    | Objects::StatedUncovered(_)
            );
            if is_partial {
                evidence.push(format!("{objects}, on `{name}`"));
            }
        }
        evidence
    }

    /// Returns a gap for each endpoint with objects that are neither attacked nor stated.
    pub(super) fn not_attacked(&self) -> impl Iterator<Item = String> {
        let endpoints = self.endpoints.iter();
        endpoints.filter_map(|(name, objects)| match objects {
            Objects::NotAttacked => Some(format!(
                "objects: not attacked on `{name}`; attack them as another owner, or state why none belongs to a caller"
            )),
            Objects::RefusedAbove(parameter) => Some(format!(
                "objects: those of `{parameter}` not attacked on `{name}`; attack them as objects with their own path, or state how access through the object of another caller is tested"
            )),
            _ => None,
        })
    }

    /// Returns a gap for each statement that is incomplete, or about no endpoint whose objects are not attacked.
    ///
    /// `attacked_on` is the date of the attacks, if it is known.
    pub(super) fn statement_gaps(&self, attacked_on: Option<&str>) -> impl Iterator<Item = String> {
        let statements = self.statements.iter();
        statements.filter_map(move |statement| {
            let topic = statement.topic();
            if let Some(gap) = statement.gap(attacked_on) {
                return Some(gap);
            }
            let is_stated = |objects: &Objects<'_>| matches!(objects, Objects::Stated(other) | Objects::StatedBelow(_, other) | Objects::StatedUncovered(other) if other.topic() == topic);
            let is_needed = self.endpoints.iter().any(|(_, one)| is_stated(one));
            (!is_needed).then(|| {
                format!(
                    "the statement about {topic} is not needed: there is no such endpoint, or its objects are attacked"
                )
            })
        })
    }
}
