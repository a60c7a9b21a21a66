//! Sets of scopes and roles, and the callers whom the test expects.

use std::collections::BTreeMap;
use std::fmt;

use crate::claims::{Role, Scope};
use crate::policy::{Access, Requirement};
use crate::routing::Inventory;

/// The scopes and roles that a token needs, one of several sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alternative {
    pub(super) scopes: Vec<Held>,
    pub(super) roles: Vec<String>,
}

/// A scope, and the broader ones that imply it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) scope: String,
    broader: Vec<String>,
}

/// The broader scopes of each scope that a declaration of the API names.
pub(super) struct Implications(BTreeMap<String, Vec<String>>);

/// The scopes and roles of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
}

/// The callers whom the test expects a route to admit, whatever its declaration says.
///
/// The kit reports a route that admits any other caller, with a token or with the session of a login. A declaration that requires
/// more is not a weakness. A scope that implies an expected one (`implies` of [`scopes!`](crate::scopes)) is expected, too.
///
/// # Examples
///
/// ```
/// use palisade::testing::attack::Expected;
///
/// let readers = Expected::scopes("orders:read");
/// let clerks = Expected::scopes("orders:write").and_roles(["clerk"]);
/// let either = Expected::scopes("admin").or(clerks);
/// # let _ = (readers, either);
/// ```
#[derive(Clone, Debug)]
pub struct Expected {
    /// `None` for every request.
    alternatives: Option<Vec<Alternative>>,
    admits_session: bool,
}

impl Expected {
    /// Every request, without a token.
    pub fn public() -> Self {
        Self {
            alternatives: None,
            admits_session: true,
        }
    }

    /// The session of a login, and no token.
    pub fn login() -> Self {
        Self {
            alternatives: Some(Vec::new()),
            admits_session: true,
        }
    }

    /// Every valid token.
    pub fn authenticated() -> Self {
        Self::token(Alternative::default())
    }

    /// A token with all of these scopes, separated by spaces.
    pub fn scopes(scopes: &str) -> Self {
        let scopes = scopes.split_ascii_whitespace().map(Held::new).collect();
        let roles = Vec::new();
        Self::token(Alternative { scopes, roles })
    }

    /// A token with all of these roles.
    pub fn roles<R: Into<String>>(roles: impl IntoIterator<Item = R>) -> Self {
        Self::authenticated().and_roles(roles)
    }

    fn token(alternative: Alternative) -> Self {
        Self {
            alternatives: Some(vec![alternative]),
            admits_session: false,
        }
    }

    /// Also requires all of these roles of a token.
    #[must_use]
    pub fn and_roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        let roles: Vec<String> = roles.into_iter().map(Into::into).collect();
        for alternative in self.alternatives.iter_mut().flatten() {
            alternative.roles.extend(roles.iter().cloned());
        }
        self
    }

    /// Also admits the callers of another expectation.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let alternatives = match (self.alternatives, other.alternatives) {
            (Some(one), Some(other)) => Some([one, other].concat()),
            _ => None,
        };
        Self {
            alternatives,
            admits_session: self.admits_session || other.admits_session,
        }
    }

    /// Returns whether the session of a login is expected.
    pub(super) fn admits_session(&self) -> bool {
        self.admits_session
    }

    pub(super) fn alternatives(&self) -> Option<&[Alternative]> {
        self.alternatives.as_deref()
    }
}

impl Held {
    fn new(scope: &str) -> Self {
        Self {
            scope: scope.to_owned(),
            broader: Vec::new(),
        }
    }

    fn of(scope: Scope) -> Self {
        let broader = scope.implied_by().iter();
        Self {
            scope: scope.as_str().to_owned(),
            broader: broader.map(|scope| scope.as_str().to_owned()).collect(),
        }
    }

    /// Returns whether a scope is this one, or implies it.
    pub(super) fn includes(&self, scope: &str) -> bool {
        self.scope == scope || self.broader.iter().any(|broader| broader == scope)
    }
}

impl Implications {
    /// Returns those of an API's declarations.
    pub(super) fn of(inventory: &Inventory) -> Self {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let routes = inventory.routes().iter();
        let sets = routes.filter_map(|route| Alternative::of_access(&route.declaration().access));
        for held in sets.flatten().flat_map(|set| set.scopes) {
            // a route may name a scope by its text, without what implies it
            let broader = all.entry(held.scope).or_default();
            for scope in held.broader {
                if !broader.contains(&scope) {
                    broader.push(scope);
                }
            }
        }
        Self(all)
    }

    /// Returns the scopes that imply one.
    pub(super) fn broader(&self, scope: &str) -> &[String] {
        self.0.get(scope).map_or(&[], Vec::as_slice)
    }

    /// Returns the scopes that one implies, of those that a declaration names.
    pub(super) fn narrower(&self, scope: &str) -> impl Iterator<Item = &str> {
        let implied = self
            .0
            .iter()
            .filter(move |(_, broader)| broader.iter().any(|other| other == scope));
        implied.map(|(narrower, _)| narrower.as_str())
    }

    /// Returns every scope that a declaration names, and those that imply it.
    pub(super) fn scopes(&self) -> impl Iterator<Item = &str> {
        let all = self.0.iter();
        all.flat_map(|(scope, broader)| [scope].into_iter().chain(broader))
            .map(String::as_str)
    }

    /// Returns the sets, so that a broader scope satisfies them too.
    pub(super) fn apply(&self, sets: &[Alternative]) -> Vec<Alternative> {
        let mut sets = sets.to_vec();
        for held in sets.iter_mut().flat_map(|set| &mut set.scopes) {
            held.broader = self.broader(&held.scope).to_vec();
        }
        sets
    }
}

impl Alternative {
    /// Returns the sets that a declaration accepts from a token; `None` if it accepts every request, and an empty list if it accepts no token.
    pub(super) fn of_access(access: &Access) -> Option<Vec<Self>> {
        let scopes = |requirement: &Requirement| -> Vec<Vec<Held>> {
            let sets = requirement.alternatives().into_iter();
            sets.map(|set| set.into_iter().map(Held::of).collect())
                .collect()
        };
        let roles = |requirement: &Requirement<Role>| -> Vec<Vec<String>> {
            let sets = requirement.alternatives().into_iter();
            sets.map(|set| set.iter().map(|role| role.as_str().to_owned()).collect())
                .collect()
        };
        let (scopes, roles) = match access {
            Access::Public { .. } => return None,
            Access::Login => return Some(Vec::new()),
            Access::LoginOr(token) => return Self::of_access(token),
            Access::Authenticated => (vec![Vec::new()], vec![Vec::new()]),
            Access::Scopes(needed) => (scopes(needed), vec![Vec::new()]),
            Access::Roles(needed) => (vec![Vec::new()], roles(needed)),
            Access::ScopesAndRoles(needed, also) => (scopes(needed), roles(also)),
        };
        let sets = scopes.iter().flat_map(|scopes| {
            roles.iter().map(|roles| Self {
                scopes: scopes.clone(),
                roles: roles.clone(),
            })
        });
        Some(sets.collect())
    }

    /// Returns a token's scopes and roles that are just enough.
    pub(super) fn grant(&self) -> Grant {
        Grant {
            scopes: self.scopes.iter().map(|held| held.scope.clone()).collect(),
            roles: self.roles.clone(),
        }
    }

    /// Returns those tokens with a broader scope in place of one that is required.
    pub(super) fn broader_grants(&self) -> Vec<Grant> {
        let grant = self.grant();
        let of = |held: &Held| -> Vec<Grant> {
            let broader = held.broader.iter();
            broader
                .map(|broader| grant.with_scope_instead(&held.scope, broader))
                .collect()
        };
        self.scopes.iter().flat_map(of).collect()
    }

    fn is_satisfied_by(&self, grant: &Grant) -> bool {
        let has_scope = |held: &Held| grant.scopes.iter().any(|scope| held.includes(scope));
        self.scopes.iter().all(has_scope)
            && self.roles.iter().all(|role| grant.roles.contains(role))
    }
}

impl Grant {
    /// Returns whether one of the sets is satisfied. No set is ever satisfied by nothing at all.
    pub(super) fn satisfies(&self, alternatives: &[Alternative]) -> bool {
        alternatives.iter().any(|set| set.is_satisfied_by(self))
    }

    /// Returns the scopes and roles of both.
    pub(super) fn with_all_of(&self, other: &Self) -> Self {
        let union = |one: &[String], other: &[String]| -> Vec<String> {
            let more = other.iter().filter(|name| !one.contains(name));
            one.iter().chain(more).cloned().collect()
        };
        Self {
            scopes: union(&self.scopes, &other.scopes),
            roles: union(&self.roles, &other.roles),
        }
    }

    pub(super) fn without_scope(&self, scope: &str) -> Self {
        let mut grant = self.clone();
        grant.scopes.retain(|other| other != scope);
        grant
    }

    pub(super) fn with_scope_instead(&self, scope: &str, other: &str) -> Self {
        let mut grant = self.without_scope(scope);
        grant.scopes.push(other.to_owned());
        grant
    }

    /// Returns the grants with a scope replaced by one that it implies.
    pub(super) fn narrower(&self, implications: &Implications) -> Vec<Self> {
        let of = |scope: &String| -> Vec<Self> {
            let narrower = implications.narrower(scope);
            narrower
                .map(|narrower| self.with_scope_instead(scope, narrower))
                .collect()
        };
        self.scopes.iter().flat_map(of).collect()
    }

    pub(super) fn without_role(&self, role: &str) -> Self {
        let mut grant = self.clone();
        grant.roles.retain(|other| other != role);
        grant
    }

    /// Returns the scopes and roles in words, or an empty text.
    pub(super) fn names(&self) -> String {
        let list = |names: &[String]| {
            let names = names.iter().map(|name| format!("`{name}`"));
            names.collect::<Vec<_>>().join(", ")
        };
        let (scopes, roles) = (list(&self.scopes), list(&self.roles));
        match (scopes.is_empty(), roles.is_empty()) {
            (_, true) => scopes,
            (true, false) => format!("the roles {roles}"),
            (false, false) => format!("{scopes} and the roles {roles}"),
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scopes.is_empty() && self.roles.is_empty() {
            return f.write_str("no scopes and roles");
        }
        write!(f, "only {}", self.names())
    }
}
