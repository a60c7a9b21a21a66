//! Access as a formula over the attributes of a caller, which two versions of a route are compared by.

use std::collections::BTreeSet;

use crate::claims::{Role, Scope};
use crate::policy::{Access, Requirement};

/// The callers that a route admits.
///
/// Formulas are monotone: a caller with more attributes is never refused for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Formula {
    /// Every caller, without a token.
    Public,
    One(Attribute),
    /// All of these; at least two.
    All(Vec<Formula>),
    /// One of these; no caller if it is empty.
    Any(Vec<Formula>),
}

/// An attribute of a caller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attribute {
    /// The session of a login.
    Login,
    /// A valid token.
    Token,
    /// A valid token with this scope.
    Scope(String),
    /// A valid token with this role.
    Role(String),
}

/// The attributes of one caller.
pub(super) type Attributes = BTreeSet<Attribute>;

impl Formula {
    /// Returns the formula of a declared access.
    pub(super) fn of(access: &Access) -> Self {
        let formula = match access {
            Access::Public { .. } => Self::Public,
            Access::Authenticated => Self::One(Attribute::Token),
            Access::Login => Self::One(Attribute::Login),
            Access::LoginOr(token) => Self::Any(vec![Self::One(Attribute::Login), Self::of(token)]),
            Access::Scopes(scopes) => Self::of_requirement(scopes, &of_scope),
            Access::Roles(roles) => Self::of_requirement(roles, &of_role),
            Access::ScopesAndRoles(scopes, roles) => Self::All(vec![
                Self::of_requirement(scopes, &of_scope),
                Self::of_requirement(roles, &of_role),
            ]),
        };
        formula.normalized()
    }

    fn of_requirement<T>(requirement: &Requirement<T>, one: &impl Fn(&T) -> Self) -> Self {
        let parts = |parts: &[Requirement<T>]| {
            let parts = parts.iter();
            parts.map(|part| Self::of_requirement(part, one)).collect()
        };
        match requirement {
            Requirement::One(item) => one(item),
            // no token satisfies an empty list
            Requirement::All([]) => Self::Any(Vec::new()),
            Requirement::All(items) => Self::All(parts(items)),
            Requirement::Any(items) => Self::Any(parts(items)),
        }
    }

    /// Returns the same formula in its shortest form: flat, sorted, without parts that do not matter.
    pub(super) fn normalized(self) -> Self {
        match self {
            Self::Public | Self::One(_) => self,
            Self::All(parts) => {
                let mut flat = Vec::new();
                for part in parts.into_iter().map(Self::normalized) {
                    match part {
                        Self::All(inner) => flat.extend(inner),
                        Self::Public => {}
                        Self::Any(inner) if inner.is_empty() => return Self::Any(inner),
                        other => flat.push(other),
                    }
                }
                // of two parts, the one that the other implies does not matter
                retain_essential(&mut flat, Self::implies);
                single_or(flat, Self::Public, Self::All)
            }
            Self::Any(parts) => {
                let mut flat = Vec::new();
                for part in parts.into_iter().map(Self::normalized) {
                    match part {
                        Self::Any(inner) => flat.extend(inner),
                        Self::Public => return Self::Public,
                        other => flat.push(other),
                    }
                }
                retain_essential(&mut flat, |kept, candidate| candidate.implies(kept));
                single_or(flat, Self::Any(Vec::new()), Self::Any)
            }
        }
    }

    /// Returns whether a caller with exactly these attributes is admitted.
    pub(super) fn admits(&self, caller: &Attributes) -> bool {
        match self {
            Self::Public => true,
            Self::One(Attribute::Token) => caller.iter().any(Attribute::is_of_token),
            Self::One(attribute) => caller.contains(attribute),
            Self::All(parts) => parts.iter().all(|part| part.admits(caller)),
            Self::Any(parts) => parts.iter().any(|part| part.admits(caller)),
        }
    }

    /// Returns a caller with as few attributes as possible that this formula admits, and `other` does not.
    pub(super) fn witness_against(&self, other: &Self) -> Option<Attributes> {
        let mut alternatives = self.alternatives();
        alternatives.sort_by_key(Attributes::len);
        alternatives
            .into_iter()
            .find(|caller| !other.admits(caller))
    }

    fn implies(&self, other: &Self) -> bool {
        self.witness_against(other).is_none()
    }

    /// Returns the smallest sets of attributes that are admitted; no set contains another one.
    pub(super) fn alternatives(&self) -> Vec<Attributes> {
        match self {
            Self::Public => vec![Attributes::new()],
            Self::One(attribute) => vec![Attributes::from([attribute.clone()])],
            Self::Any(parts) => minimal(parts.iter().flat_map(Self::alternatives)),
            Self::All(parts) => parts.iter().fold(vec![Attributes::new()], |sets, part| {
                let more = part.alternatives();
                minimal(sets.iter().flat_map(|set| {
                    let unions = more.iter().map(|other| set.union(other).cloned().collect());
                    unions.map(without_plain_token)
                }))
            }),
        }
    }
}

impl Attribute {
    fn is_of_token(&self) -> bool {
        !matches!(self, Self::Login)
    }
}

/// A scope is also held by a token with a broader one.
fn of_scope(scope: &Scope) -> Formula {
    let broader = scope.implied_by().iter();
    let scopes = std::iter::once(scope).chain(broader);
    let one = |scope: &Scope| Formula::One(Attribute::Scope(scope.as_str().to_owned()));
    Formula::Any(scopes.map(one).collect())
}

fn of_role(role: &Role) -> Formula {
    Formula::One(Attribute::Role(role.as_str().to_owned()))
}

/// A scope or role implies the token.
fn without_plain_token(mut set: Attributes) -> Attributes {
    if set.iter().filter(|one| one.is_of_token()).count() > 1 {
        set.remove(&Attribute::Token);
    }
    set
}

fn minimal(sets: impl Iterator<Item = Attributes>) -> Vec<Attributes> {
    let mut kept: Vec<Attributes> = Vec::new();
    for set in sets {
        if !kept.iter().any(|other| other.is_subset(&set)) {
            kept.retain(|other| !set.is_subset(other));
            kept.push(set);
        }
    }
    kept
}

/// Removes the parts that another one makes superfluous, and sorts the rest.
fn retain_essential(parts: &mut Vec<Formula>, covers: impl Fn(&Formula, &Formula) -> bool) {
    parts.sort();
    let mut kept: Vec<Formula> = Vec::new();
    for part in parts.drain(..) {
        if !kept.iter().any(|other| covers(other, &part)) {
            kept.retain(|other| !covers(&part, other));
            kept.push(part);
        }
    }
    *parts = kept;
}

fn single_or(
    mut parts: Vec<Formula>,
    empty: Formula,
    several: fn(Vec<Formula>) -> Formula,
) -> Formula {
    match parts.len() {
        0 => empty,
        1 => parts.swap_remove(0),
        _ => several(parts),
    }
}
