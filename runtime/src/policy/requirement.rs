//! The requirement tree and its evaluation.

use crate::claims::{Scope, ScopeSet};

/// Which scopes a caller must hold.
///
/// An empty `Any` is satisfied by nobody, and so is an empty `All`: an empty
/// list never means "no check".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Requirement {
    /// This scope.
    Scope(Scope),
    /// Each of these.
    All(&'static [Requirement]),
    /// At least one of these; the first is what a challenge asks for.
    Any(&'static [Requirement]),
}

impl Requirement {
    /// Whether a caller with these scopes satisfies it.
    pub fn is_satisfied_by(&self, scopes: &ScopeSet) -> bool {
        match self {
            Self::Scope(scope) => scopes.contains(*scope),
            Self::All(parts) => {
                !parts.is_empty() && parts.iter().all(|part| part.is_satisfied_by(scopes))
            }
            Self::Any(parts) => parts.iter().any(|part| part.is_satisfied_by(scopes)),
        }
    }

    /// The sets of scopes of which any one is enough, in declared order.
    pub fn alternatives(&self) -> Vec<Vec<Scope>> {
        match self {
            Self::Scope(scope) => vec![vec![*scope]],
            Self::Any(parts) => parts.iter().flat_map(Self::alternatives).collect(),
            Self::All(parts) => parts.iter().fold(vec![Vec::new()], |so_far, part| {
                let further = part.alternatives();
                so_far
                    .iter()
                    .flat_map(|held| further.iter().map(|more| union(held, more)))
                    .collect()
            }),
        }
    }
}

fn union(held: &[Scope], more: &[Scope]) -> Vec<Scope> {
    let mut all = held.to_vec();
    all.extend(more.iter().filter(|scope| !held.contains(scope)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Requirement = Requirement::Scope(Scope::new("read"));
    const WRITE: Requirement = Requirement::Scope(Scope::new("write"));
    const ADMIN: Requirement = Requirement::Scope(Scope::new("admin"));
    const BOTH: Requirement = Requirement::All(&[READ, WRITE]);
    const ADMIN_OR_BOTH: Requirement = Requirement::Any(&[ADMIN, BOTH]);

    fn held(scopes: &str) -> ScopeSet {
        ScopeSet::parse(scopes).unwrap()
    }

    #[test]
    fn all_needs_each() {
        assert!(BOTH.is_satisfied_by(&held("write read")));
        assert!(!BOTH.is_satisfied_by(&held("read")));
        assert!(!BOTH.is_satisfied_by(&held("write")));
        assert!(!BOTH.is_satisfied_by(&held("")));
    }

    #[test]
    fn any_needs_one() {
        assert!(ADMIN_OR_BOTH.is_satisfied_by(&held("admin")));
        assert!(ADMIN_OR_BOTH.is_satisfied_by(&held("read write")));
        assert!(!ADMIN_OR_BOTH.is_satisfied_by(&held("read")));
    }

    #[test]
    fn an_empty_list_is_satisfied_by_nobody() {
        assert!(!Requirement::All(&[]).is_satisfied_by(&held("admin read write")));
        assert!(!Requirement::Any(&[]).is_satisfied_by(&held("admin read write")));
    }

    #[test]
    fn alternatives_keep_the_declared_order_and_repeat_nothing() {
        let names = |requirement: Requirement| -> Vec<Vec<&str>> {
            requirement
                .alternatives()
                .iter()
                .map(|set| set.iter().map(|scope| scope.as_str()).collect())
                .collect()
        };
        assert_eq!(names(ADMIN_OR_BOTH), [vec!["admin"], vec!["read", "write"]]);
        assert_eq!(
            names(Requirement::All(&[READ, ADMIN_OR_BOTH])),
            [vec!["read", "admin"], vec!["read", "write"]]
        );
    }
}
