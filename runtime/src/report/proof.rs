//! The attacks that each line of the standard needs, and those that were refused.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::evidence::{AttackClass, AttackResults, ClassResults, RouteResults, endpoint};
use crate::policy::Access;
use crate::report::measured::{Found, Measured, method_names};
use crate::resource_server::IssuerSummary;
use crate::routing::{InputDescription, Inventory, Route};

/// The refused attacks of some classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proof {
    /// The number of refused attacks.
    pub(super) refused: u64,
    /// Attacks that were admitted, and attacks without a result; one phrase each.
    pub(super) missing: Vec<String>,
    /// Attacks as other owners that could not be sent: the endpoint, and the gap without a statement about its objects.
    pub(super) uncovered_objects: Vec<(String, String)>,
    /// Attacks that were admitted or not sent, and that the test excuses, with the reason.
    pub(super) excused: Vec<String>,
    /// Whether the API has a route to which one of the classes applies.
    pub(super) is_applicable: bool,
}

impl Proof {
    /// Collects the attacks of these classes on every route of the API, and on those beside it.
    pub(super) fn of(
        inventory: &Inventory,
        measured: Option<&Measured<'_>>,
        classes: &[AttackClass],
    ) -> Self {
        let mut proof = Self::default();
        let mut known = BTreeSet::new();
        for route in inventory {
            // a fallback needs no attacks, but those that it admits count
            let expected = if route.is_fallback() {
                Vec::new()
            } else {
                expected_classes(route)
            };
            let selection = route.selection().map(ToString::to_string);
            for method in method_names(route) {
                let found = measured.map_or(Found::Nothing, |one| one.find(method, route));
                let endpoint = endpoint(method, route.path(), selection.as_deref());
                proof.add_endpoint(&endpoint, found, &expected, classes);
                known.insert(endpoint);
            }
        }
        let results = measured.map(|measured| measured.results);
        proof.add_unknown(results, classes, &known);
        proof.add_untried_issuers(inventory, results, classes);
        proof
    }

    /// Adds the results of an endpoint.
    fn add_endpoint(
        &mut self,
        endpoint: &str,
        found: Found<'_>,
        expected: &[AttackClass],
        classes: &[AttackClass],
    ) {
        let (results, outdated) = match found {
            Found::Nothing => (None, None),
            Found::Outdated(reason, results) => (Some(results), Some(reason)),
            Found::Current(results) => (Some(results), None),
        };
        let mut is_applicable = false;
        for class in classes {
            let is_stated = *class == AttackClass::Expectation
                && results.is_some_and(RouteResults::has_expectation);
            let is_expected = is_stated || expected.contains(class);
            let results = results.and_then(|route| route.class(*class));
            is_applicable |= is_expected || results.is_some();
            let name = || format!("`{class}` on `{endpoint}`");
            match results {
                _ if outdated.is_some() => {}
                Some(results) => self.add(results, endpoint),
                None if is_expected => self.missing.push(format!("no result of {}", name())),
                None => {}
            }
        }
        self.is_applicable |= is_applicable;
        if let Some(reason) = outdated.filter(|_| is_applicable) {
            let gap = format!("outdated: `{endpoint}` {reason}");
            self.missing.push(gap);
        }
    }

    /// Adds the admitted attacks on routes that only the test knows: another router beside the API serves them.
    fn add_unknown(
        &mut self,
        results: Option<&AttackResults>,
        classes: &[AttackClass],
        known: &BTreeSet<String>,
    ) {
        for route in results.into_iter().flat_map(AttackResults::routes) {
            let endpoint = route.name();
            if known.contains(&endpoint) {
                continue;
            }
            for class in classes {
                let results = route.class(*class);
                if let Some(results) = results.filter(|results| !results.admitted().is_empty()) {
                    self.is_applicable = true;
                    self.add_admitted(results, &format!("`{class}` on `{endpoint}`"));
                }
            }
        }
    }

    /// Adds the trusted issuers of which no attack had a valid token.
    ///
    /// In the attacked API, the issuer of the test replaces one that the API trusts in production. The attacks know the other
    /// ones only if the test adds them.
    fn add_untried_issuers(
        &mut self,
        inventory: &Inventory,
        results: Option<&AttackResults>,
        classes: &[AttackClass],
    ) {
        let class = AttackClass::OtherIssuer;
        let is_needed = || classes.contains(&class) && accepts_tokens(inventory);
        let Some(results) = results.filter(|_| is_needed()) else {
            return;
        };
        let trusted = inventory.issuers().iter().map(IssuerSummary::issuer);
        let Some(tried) = results.issuers() else {
            if trusted.len() > 1 {
                let gap = "the attack results do not record of which issuers tokens were tried; run the attacks again";
                self.missing.push(gap.to_owned());
            }
            return;
        };
        let is_tried =
            |url: &&str| *url == tried.test || tried.further.iter().any(|other| other == url);
        let stands_for = usize::from(!trusted.clone().any(|url| url == tried.test));
        let untried: Vec<&str> = trusted.filter(|url| !is_tried(url)).collect();
        if untried.len() > stands_for {
            let urls = untried.join(", ");
            self.missing.push(match stands_for {
                0 => format!("no valid token of {urls} was tried; pass each to `issuer` of the attack"),
                _ => format!(
                    "valid tokens of only one of {urls} were tried: the issuer of the test stands for it; pass the others to `issuer` of the attack"
                ),
            });
        }
    }

    fn add(&mut self, results: &ClassResults, endpoint: &str) {
        let class = results.class();
        let name = &format!("`{class}` on `{endpoint}`");
        self.refused += u64::from(results.refused());
        self.add_admitted(results, name);
        for reason in results.not_covered() {
            let gap = format!("not covered: {name}: {reason}");
            match results.excuse() {
                Some(excuse) => self.add_excused(format!("{name}, not covered: {excuse}")),
                None if class == AttackClass::OtherOwner => {
                    let gap = format!(
                        "{gap}; name another object, or state how the access of other callers is tested"
                    );
                    self.uncovered_objects.push((endpoint.to_owned(), gap));
                }
                None => self.missing.push(gap),
            }
        }
        if results.sent() == 0 && results.not_covered().is_empty() {
            self.missing.push(format!("no attack was sent: {name}"));
        }
    }

    fn add_admitted(&mut self, results: &ClassResults, name: &str) {
        for admission in results.admitted() {
            let reason = results.excuse_of(admission);
            if let Some(reason) = reason {
                self.add_excused(format!("{name}: {reason}"));
            }
        }
        if let Some(admitted) = results.unexcused().next() {
            self.missing
                .push(format!("admitted: {name}: {}", admitted.attack()));
        }
    }

    /// Adds an excuse, once.
    fn add_excused(&mut self, excused: String) {
        if !self.excused.contains(&excused) {
            self.excused.push(excused);
        }
    }
}

/// Returns whether a route of the API accepts tokens.
pub(super) fn accepts_tokens(inventory: &Inventory) -> bool {
    let mut routes = inventory.iter();
    routes.any(|route| expected_classes(route).contains(&AttackClass::OtherIssuer))
}

/// Returns the classes of attacks that apply to every route with this declaration and input.
fn expected_classes(route: &Route) -> Vec<AttackClass> {
    let mut classes = vec![
        AttackClass::Method,
        AttackClass::PathSpelling,
        AttackClass::Oversize,
    ];
    let access = match &route.declaration().access {
        Access::LoginOr(token) => token,
        other => other,
    };
    if !matches!(access, Access::Public { .. }) {
        classes.extend([
            AttackClass::NoToken,
            AttackClass::BrokenToken,
            AttackClass::EarlyRefusal,
        ]);
    }
    // no issuer can replace the session of a login
    if !matches!(access, Access::Public { .. } | Access::Login) {
        classes.push(AttackClass::OtherIssuer);
    }
    if matches!(access, Access::Scopes(_) | Access::ScopesAndRoles(..)) {
        classes.push(AttackClass::MissingScope);
    }
    if matches!(access, Access::Roles(_) | Access::ScopesAndRoles(..)) {
        classes.push(AttackClass::MissingRole);
    }
    for input in route.inputs() {
        classes.extend(classes_of_input(&input));
    }
    classes
}

fn classes_of_input(input: &InputDescription) -> Vec<AttackClass> {
    let mut classes = Vec::new();
    if !input.media_types().is_empty() {
        classes.extend([AttackClass::MediaType, AttackClass::SlowBody]);
    }
    let Some(schema) = input.schema() else {
        return classes;
    };
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    let is_named = matches!(
        input.location(),
        crate::input::InputLocation::Body | crate::input::InputLocation::Query
    );
    if is_closed && is_named {
        classes.push(AttackClass::UnknownMember);
    }
    if has_bound(schema.as_value()) {
        classes.push(AttackClass::Bound);
    }
    classes
}

/// Returns whether a schema limits a number, a length or a count, or has a pattern.
fn has_bound(schema: &Value) -> bool {
    match schema {
        // a member of the input may have the name of a keyword, and then its value is a schema
        Value::Object(members) => members.iter().any(|(keyword, value)| match value {
            Value::Number(_) => matches!(keyword.as_str(), "maxItems" | "maxLength" | "maximum"),
            Value::String(_) => keyword == "pattern",
            other => has_bound(other),
        }),
        Value::Array(items) => items.iter().any(has_bound),
        _ => false,
    }
}
