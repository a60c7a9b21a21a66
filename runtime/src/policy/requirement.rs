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
    /// At least one of these. A challenge names the scopes of the first alternative that is not broader than
    /// another.
    Any(&'static [Requirement<T>]),
}

impl Requirement<Scope> {
    /// Returns whether these scopes satisfy the requirement.
    ///
    /// A scope also satisfies the requirement of each scope that it [implies](Scope::implied_by).
    pub fn is_satisfied_by(&self, scopes: &ScopeSet) -> bool {
        self.is_satisfied(&|scope| scopes.permits(scope))
    }

    /// Returns the alternative sets without what they need not have, in declared order.
    ///
    /// A set has no scope that another scope of it implies, and no set permits more than another one. With
    /// `WRITE implies READ`, `any(WRITE, READ)` is `READ`, and `all(WRITE, READ)` is `WRITE`.
    pub fn narrowest_alternatives(&self) -> Vec<Vec<Scope>> {
        let mut narrowest: Vec<Vec<Scope>> = Vec::new();
        for set in self.alternatives() {
            let set = without_implied(&set);
            if !narrowest.iter().any(|other| covers(&set, other)) {
                narrowest.retain(|other| !covers(other, &set));
                narrowest.push(set);
            }
        }
        narrowest
    }
}

/// Returns whether each of the scopes is in the set, or implied by it.
fn covers(set: &[Scope], scopes: &[Scope]) -> bool {
    let in_set = |scope: &Scope| set.iter().any(|held| held.covers(*scope));
    scopes.iter().all(in_set)
}

/// Removes the scopes that others of the set imply, and duplicates.
fn without_implied(set: &[Scope]) -> Vec<Scope> {
    let mut kept: Vec<Scope> = Vec::new();
    for scope in set {
        if !kept.iter().any(|other| other.covers(*scope)) {
            kept.retain(|other| !scope.covers(*other));
            kept.push(*scope);
        }
    }
    kept
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
    use std::collections::BTreeSet;

    use proptest::prelude::*;

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

    fn narrowest(requirement: Requirement) -> Vec<String> {
        let alternatives = requirement.narrowest_alternatives();
        let join = |set: &Vec<Scope>| set.iter().map(|scope| scope.as_str()).collect::<Vec<_>>();
        alternatives.iter().map(|set| join(set).join(" ")).collect()
    }

    #[test]
    fn narrowest_alternatives_are_not_broader_than_needed() {
        const ALL: Requirement = Requirement::One(Scope::new("all"));
        const EDIT: Requirement =
            Requirement::One(Scope::new("edit").with_broader(&[Scope::new("all")]));
        const VIEW: Requirement = Requirement::One(
            Scope::new("view").with_broader(&[Scope::new("edit"), Scope::new("all")]),
        );
        for (requirement, expected) in [
            (VIEW, &["view"][..]),
            (Requirement::Any(&[ALL, EDIT, VIEW]), &["view"]),
            (Requirement::Any(&[VIEW, ALL]), &["view"]),
            (Requirement::All(&[VIEW, EDIT]), &["edit"]),
            (Requirement::All(&[EDIT, READ, VIEW]), &["edit read"]),
            (Requirement::Any(&[ALL, READ]), &["all", "read"]),
            (
                Requirement::Any(&[
                    Requirement::All(&[EDIT, READ]),
                    Requirement::All(&[VIEW, READ]),
                ]),
                &["view read"],
            ),
            (
                Requirement::Any(&[ALL, Requirement::All(&[VIEW, READ]), EDIT]),
                &["view read", "edit"],
            ),
            (
                Requirement::All(&[Requirement::Any(&[ALL, VIEW]), EDIT]),
                &["edit"],
            ),
            (ADMIN_OR_BOTH, &["admin", "read write"]),
            (Requirement::All(&[READ, READ]), &["read"]),
            (Requirement::Any(&[]), &[]),
            (Requirement::All(&[]), &[]),
        ] {
            assert_eq!(narrowest(requirement), expected, "{requirement:?}");
        }
    }

    /// A requirement of the scopes of a [`Vocabulary`], by their positions.
    #[derive(Clone, Debug)]
    enum Tree {
        One(usize),
        All(Vec<Tree>),
        Any(Vec<Tree>),
    }

    /// Five scopes; those that imply each one are after it.
    #[derive(Debug)]
    struct Vocabulary {
        broader: [BTreeSet<usize>; 5],
        scopes: [Scope; 5],
    }

    const TOKENS: [&str; 5] = ["a", "b", "c", "d", "e"];

    impl Vocabulary {
        /// `edges` has a bit for each pair of scopes.
        fn new(edges: u16) -> Self {
            let mut broader: [BTreeSet<usize>; 5] = Default::default();
            let mut bit = 0;
            for narrow in (0..5).rev() {
                for broad in narrow + 1..5 {
                    if edges & (1 << bit) != 0 {
                        let transitive = broader[broad].clone();
                        broader[narrow].insert(broad);
                        broader[narrow].extend(transitive);
                    }
                    bit += 1;
                }
            }
            let scopes = [0, 1, 2, 3, 4].map(|at| {
                let names = broader[at].iter().map(|broad| Scope::new(TOKENS[*broad]));
                Scope::new(TOKENS[at]).with_broader(names.collect::<Vec<_>>().leak())
            });
            Self { broader, scopes }
        }

        /// Returns the held scopes with those that they imply.
        fn closure(&self, held: &BTreeSet<usize>) -> BTreeSet<usize> {
            (0..5)
                .filter(|at| held.contains(at) || !self.broader[*at].is_disjoint(held))
                .collect()
        }

        fn requirement(&self, tree: &Tree) -> Requirement {
            let list = |parts: &[Tree]| -> &'static [Requirement] {
                let parts = parts.iter().map(|part| self.requirement(part));
                parts.collect::<Vec<_>>().leak()
            };
            match tree {
                Tree::One(at) => Requirement::One(self.scopes[*at]),
                Tree::All(parts) => Requirement::All(list(parts)),
                Tree::Any(parts) => Requirement::Any(list(parts)),
            }
        }
    }

    impl Tree {
        fn holds(&self, held: &BTreeSet<usize>) -> bool {
            match self {
                Self::One(at) => held.contains(at),
                Self::All(parts) => !parts.is_empty() && parts.iter().all(|part| part.holds(held)),
                Self::Any(parts) => parts.iter().any(|part| part.holds(held)),
            }
        }

        fn any() -> impl Strategy<Value = Self> {
            let leaf = (0_usize..5).prop_map(Self::One);
            leaf.prop_recursive(3, 12, 3, |part| {
                prop_oneof![
                    proptest::collection::vec(part.clone(), 0..4).prop_map(Self::All),
                    proptest::collection::vec(part, 0..4).prop_map(Self::Any),
                ]
            })
        }
    }

    fn subsets() -> impl Iterator<Item = BTreeSet<usize>> {
        (0_u8..32).map(|mask| (0..5).filter(|at| mask & (1 << at) != 0).collect())
    }

    fn token(held: &BTreeSet<usize>) -> ScopeSet {
        let tokens: Vec<&str> = held.iter().map(|at| TOKENS[*at]).collect();
        ScopeSet::parse(&tokens.join(" ")).unwrap()
    }

    proptest! {
        /// Every set of five scopes, against the declared tree and the implied scopes of the set.
        #[test]
        fn implications_agree_with_every_set_of_scopes(edges in 0_u16..1 << 10, tree in Tree::any()) {
            let vocabulary = Vocabulary::new(edges);
            let requirement = vocabulary.requirement(&tree);
            let alternatives: Vec<BTreeSet<usize>> = requirement
                .narrowest_alternatives()
                .iter()
                .map(|set| {
                    let at = |scope: &Scope| TOKENS.iter().position(|token| *token == scope.as_str());
                    set.iter().filter_map(at).collect()
                })
                .collect();
            for held in subsets() {
                let permitted = vocabulary.closure(&held);
                let expected = tree.holds(&permitted);
                prop_assert_eq!(requirement.is_satisfied_by(&token(&held)), expected);
                let by_alternative = alternatives.iter().any(|set| set.is_subset(&permitted));
                prop_assert_eq!(by_alternative, expected, "{:?}", held);
            }
            for (at, set) in alternatives.iter().enumerate() {
                prop_assert!(requirement.is_satisfied_by(&token(set)));
                for scope in set {
                    let mut less = set.clone();
                    less.remove(scope);
                    prop_assert!(!requirement.is_satisfied_by(&token(&less)), "{:?}", set);
                }
                let permitted = vocabulary.closure(set);
                for (other, narrower) in alternatives.iter().enumerate() {
                    prop_assert!(other == at || !narrower.is_subset(&permitted));
                }
            }
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
