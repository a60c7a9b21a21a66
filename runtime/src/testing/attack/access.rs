//! Sets of scopes and roles, and the callers whom the test expects.

use std::fmt;

use crate::claims::{Role, Scope};
use crate::policy::{Access, Requirement};

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

/// The scopes and roles of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
}

/// The callers whom the test expects a route to admit, whatever its declaration says.
///
/// The kit reports a route that admits any other caller. A declaration that requires more is not a weakness.
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
}

impl Expected {
    /// Every request, without a token.
    pub fn public() -> Self {
        Self { alternatives: None }
    }

    /// Every valid token.
    pub fn authenticated() -> Self {
        let any = vec![Alternative::default()];
        Self {
            alternatives: Some(any),
        }
    }

    /// A token with all of these scopes, separated by spaces.
    pub fn scopes(scopes: &str) -> Self {
        let scopes = scopes.split_ascii_whitespace().map(Held::new).collect();
        let roles = Vec::new();
        Self {
            alternatives: Some(vec![Alternative { scopes, roles }]),
        }
    }

    /// A token with all of these roles.
    pub fn roles<R: Into<String>>(roles: impl IntoIterator<Item = R>) -> Self {
        Self::authenticated().and_roles(roles)
    }

    /// Also requires all of these roles.
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
        Self { alternatives }
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

    fn is_satisfied_by(&self, grant: &Grant) -> bool {
        let has_scope = |held: &Held| {
            let mut names = held.broader.iter().chain([&held.scope]);
            names.any(|name| grant.scopes.contains(name))
        };
        self.scopes.iter().all(has_scope)
            && self.roles.iter().all(|role| grant.roles.contains(role))
    }
}

impl Grant {
    /// Returns whether one of the sets is satisfied. No set is ever satisfied by nothing at all.
    pub(super) fn satisfies(&self, alternatives: &[Alternative]) -> bool {
        alternatives.iter().any(|set| set.is_satisfied_by(self))
    }

    pub(super) fn without_scope(&self, scope: &str) -> Self {
        let mut grant = self.clone();
        grant.scopes.retain(|other| other != scope);
        grant
    }

    pub(super) fn without_role(&self, role: &str) -> Self {
        let mut grant = self.clone();
        grant.roles.retain(|other| other != role);
        grant
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scopes.is_empty() && self.roles.is_empty() {
            return f.write_str("no scopes and roles");
        }
        let list = |names: &[String]| {
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match (self.scopes.is_empty(), self.roles.is_empty()) {
            (false, true) => write!(f, "only {}", list(&self.scopes)),
            (true, _) => write!(f, "only the roles {}", list(&self.roles)),
            (false, false) => write!(
                f,
                "only {} and the roles {}",
                list(&self.scopes),
                list(&self.roles)
            ),
        }
    }
}
