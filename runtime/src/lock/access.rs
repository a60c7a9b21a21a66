//! Access as a formula over the attributes of a caller, which two versions of a route are compared by.

use std::collections::BTreeSet;
use std::fmt;

use crate::claims::{Role, Scope};
use crate::policy::{Access, Requirement};

/// The maximum number of alternatives that are compared, and of pairs that are combined into alternatives.
const MAX_ALTERNATIVES: usize = 512;

/// The maximum number of comparisons of parts.
const MAX_STEPS: usize = 10_000;

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

/// The error for a formula with more than [`MAX_ALTERNATIVES`] alternatives, whose comparison would take too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooManyAlternatives;

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
                        other => flat.push(other),
                    }
                }
                // of two parts, the one that the other implies does not matter; an empty choice implies each
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
    ///
    /// # Errors
    ///
    /// Returns [`TooManyAlternatives`] if the search would take too long, and it is not certain that there is no such
    /// caller.
    pub(super) fn witness_against(
        &self,
        other: &Self,
    ) -> Result<Option<Attributes>, TooManyAlternatives> {
        self.witness_within(other, MAX_ALTERNATIVES)
    }

    /// Searches among the alternatives of each part, which are at most `limit`.
    pub(super) fn witness_within(
        &self,
        other: &Self,
        limit: usize,
    ) -> Result<Option<Attributes>, TooManyAlternatives> {
        if self.implies_by_form(other, &mut { MAX_STEPS }) {
            return Ok(None);
        }
        if let Self::Any(parts) = self {
            let witnesses = parts.iter().map(|part| part.witness_within(other, limit));
            let (found, unknown): (Vec<_>, Vec<_>) = witnesses.partition(Result::is_ok);
            let smallest = found
                .into_iter()
                .filter_map(Result::ok)
                .flatten()
                .min_by_key(Attributes::len);
            return match (smallest, unknown.is_empty()) {
                (None, false) => Err(TooManyAlternatives),
                (smallest, _) => Ok(smallest),
            };
        }
        let mut alternatives = self.alternatives(limit).ok_or(TooManyAlternatives)?;
        alternatives.sort_by_key(Attributes::len);
        let mut alternatives = alternatives.into_iter();
        Ok(alternatives.find(|caller| !other.admits(caller)))
    }

    /// Returns whether `other` certainly admits every caller that this formula admits, by their parts alone.
    ///
    /// It gives up after `steps` comparisons, whose number can be exponential in the depth of the formulas.
    fn implies_by_form(&self, other: &Self, steps: &mut usize) -> bool {
        let Some(left) = steps.checked_sub(1) else {
            return false;
        };
        *steps = left;
        if self == other {
            return true;
        }
        match (self, other) {
            (_, Self::Public) => true,
            (Self::One(one), Self::One(Attribute::Token)) => one.is_of_token(),
            (Self::Any(parts), _) => parts.iter().all(|part| part.implies_by_form(other, steps)),
            (_, Self::All(parts)) => parts.iter().all(|part| self.implies_by_form(part, steps)),
            (Self::All(parts), Self::Any(others)) => {
                parts.iter().any(|part| part.implies_by_form(other, steps))
                    || others
                        .iter()
                        .any(|other| self.implies_by_form(other, steps))
            }
            (Self::All(parts), _) => parts.iter().any(|part| part.implies_by_form(other, steps)),
            (_, Self::Any(others)) => others
                .iter()
                .any(|other| self.implies_by_form(other, steps)),
            _ => false,
        }
    }

    /// Returns whether every caller that this formula admits is certainly admitted by `other`.
    fn implies(&self, other: &Self) -> bool {
        matches!(self.witness_against(other), Ok(None))
    }

    /// Returns the smallest sets of attributes that are admitted; no set contains another one.
    ///
    /// Returns `None` if a step has more than `limit` sets: their number is exponential in the size of the formula.
    fn alternatives(&self, limit: usize) -> Option<Vec<Attributes>> {
        match self {
            Self::Public => Some(vec![Attributes::new()]),
            Self::One(attribute) => Some(vec![Attributes::from([attribute.clone()])]),
            Self::Any(parts) => {
                let mut sets = Vec::new();
                for part in parts {
                    sets.extend(part.alternatives(limit)?);
                    if sets.len() > limit {
                        return None;
                    }
                }
                Some(minimal(sets.into_iter()))
            }
            Self::All(parts) => {
                let mut sets = vec![Attributes::new()];
                for part in parts {
                    let more = part.alternatives(limit)?;
                    if sets.len().saturating_mul(more.len()) > limit {
                        return None;
                    }
                    sets = minimal(sets.iter().flat_map(|set| {
                        more.iter().map(|other| set.union(other).cloned().collect())
                    }));
                }
                Some(sets)
            }
        }
    }

    /// Returns a caller with few attributes that is admitted; `None` if no caller is.
    pub(super) fn least_caller(&self) -> Option<Attributes> {
        match self {
            Self::Public => Some(Attributes::new()),
            Self::One(attribute) => Some(Attributes::from([attribute.clone()])),
            Self::Any(parts) => {
                let callers = parts.iter().filter_map(Self::least_caller);
                callers.min_by_key(Attributes::len)
            }
            Self::All(parts) => {
                let mut caller = Attributes::new();
                for part in parts {
                    caller.extend(part.least_caller()?);
                }
                Some(caller)
            }
        }
    }
}

impl fmt::Display for TooManyAlternatives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "its access has more than {MAX_ALTERNATIVES} alternatives, which are not compared"
        )
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
