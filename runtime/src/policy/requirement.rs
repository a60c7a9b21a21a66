//! The tree of required scopes or roles, and its evaluation.

use crate::claims::{Role, RoleSet, Scope, ScopeSet};

/// The scopes, or the roles, that a token must have.
///
/// # Security
///
/// No token satisfies an empty `Any` or an empty `All`: an empty list never means "no check".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Requirement<T: 'static = Scope> {
    /// This scope or role.
    One(T),
    /// All of these.
    All(&'static [Requirement<T>]),
    /// At least one of these. A challenge names the scopes of the first alternative.
    Any(&'static [Requirement<T>]),
}

impl Requirement<Scope> {
    /// Returns whether these scopes satisfy the requirement.
    pub fn is_satisfied_by(&self, scopes: &ScopeSet) -> bool {
        self.is_satisfied(&|scope| scopes.contains(scope))
    }
}

impl Requirement<Role> {
    /// Returns whether these roles satisfy the requirement.
    pub fn is_satisfied_by(&self, roles: &RoleSet) -> bool {
        self.is_satisfied(&|role| roles.contains(role))
    }
}

impl<T: Copy + PartialEq> Requirement<T> {
    /// Returns the alternative sets, in declared order: a token must have all of one set.
    pub fn alternatives(&self) -> Vec<Vec<T>> {
        match self {
            Self::One(one) => vec![vec![*one]],
            Self::Any(parts) => parts.iter().flat_map(Self::alternatives).collect(),
            Self::All([]) => Vec::new(),
            Self::All(parts) => parts.iter().fold(vec![Vec::new()], |sets, part| {
                let alternatives = part.alternatives();
                sets.iter()
                    .flat_map(|set| alternatives.iter().map(|more| union(set, more)))
                    .collect()
            }),
        }
    }

    pub(super) fn is_satisfied(&self, is_held: &impl Fn(T) -> bool) -> bool {
        match self {
            Self::One(one) => is_held(*one),
            Self::All(parts) => {
                !parts.is_empty() && parts.iter().all(|part| part.is_satisfied(is_held))
            }
            Self::Any(parts) => parts.iter().any(|part| part.is_satisfied(is_held)),
        }
    }
}

fn union<T: Copy + PartialEq>(set: &[T], more: &[T]) -> Vec<T> {
    let mut union = set.to_vec();
    union.extend(more.iter().filter(|item| !set.contains(item)));
    union
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Requirement = Requirement::One(Scope::new("read"));
    const WRITE: Requirement = Requirement::One(Scope::new("write"));
    const ADMIN: Requirement = Requirement::One(Scope::new("admin"));
    const BOTH: Requirement = Requirement::All(&[READ, WRITE]);
    const ADMIN_OR_BOTH: Requirement = Requirement::Any(&[ADMIN, BOTH]);

    const CLERK: Requirement<Role> = Requirement::One(Role::new("clerk"));
    const AUDITOR: Requirement<Role> = Requirement::One(Role::new("Senior Auditor"));

    fn held(scopes: &str) -> ScopeSet {
        ScopeSet::parse(scopes).unwrap()
    }

    #[test]
    fn all_requires_every_item() {
        assert!(BOTH.is_satisfied_by(&held("write read")));
        assert!(!BOTH.is_satisfied_by(&held("read")));
        assert!(!BOTH.is_satisfied_by(&held("write")));
        assert!(!BOTH.is_satisfied_by(&held("")));
    }

    #[test]
    fn any_requires_one_item() {
        assert!(ADMIN_OR_BOTH.is_satisfied_by(&held("admin")));
        assert!(ADMIN_OR_BOTH.is_satisfied_by(&held("read write")));
        assert!(!ADMIN_OR_BOTH.is_satisfied_by(&held("read")));
    }

    #[test]
    fn role_requirement_matches_exact_names() {
        let held = |roles: &[&str]| roles.iter().copied().collect::<RoleSet>();
        let both = Requirement::All(&[CLERK, AUDITOR]);
        let either = Requirement::Any(&[CLERK, AUDITOR]);
        for (roles, one, all, any) in [
            (&["clerk", "Senior Auditor"][..], true, true, true),
            (&["clerk"], true, false, true),
            (&["Senior Auditor"], false, false, true),
            (
                &["Clerk", "clerk ", "Senior", "Auditor"],
                false,
                false,
                false,
            ),
            (&["clerk Senior Auditor"], false, false, false),
            (&[], false, false, false),
        ] {
            let roles = held(roles);
            assert_eq!(CLERK.is_satisfied_by(&roles), one, "{roles:?}");
            assert_eq!(both.is_satisfied_by(&roles), all, "{roles:?}");
            assert_eq!(either.is_satisfied_by(&roles), any, "{roles:?}");
        }
    }

    #[test]
    fn empty_list_is_never_satisfied() {
        let scopes = held("admin read write");
        assert!(!Requirement::<Scope>::All(&[]).is_satisfied_by(&scopes));
        assert!(!Requirement::<Scope>::Any(&[]).is_satisfied_by(&scopes));
        let roles: RoleSet = ["clerk", "Senior Auditor"].into_iter().collect();
        assert!(!Requirement::<Role>::All(&[]).is_satisfied_by(&roles));
        assert!(!Requirement::<Role>::Any(&[]).is_satisfied_by(&roles));
    }

    #[test]
    fn empty_list_has_no_alternatives() {
        assert!(Requirement::<Scope>::All(&[]).alternatives().is_empty());
        assert!(Requirement::<Role>::Any(&[]).alternatives().is_empty());
    }

    #[test]
    fn alternatives_keep_declared_order_without_duplicates() {
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
