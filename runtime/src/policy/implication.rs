//! Whether one requirement is stricter than another, decided when a handler is compiled.

use crate::claims::{Role, Scope};
use crate::policy::{Access, Requirement};

/// Requirements that must all hold, as a list on the stack: a `const fn` cannot allocate.
struct Conjuncts<'a, T: 'static> {
    parts: &'a [Requirement<T>],
    more: Option<&'a Self>,
}

/// Scopes or roles that a token has, as a list on the stack.
struct Held<'a, T> {
    one: T,
    more: Option<&'a Self>,
}

/// Decides whether every token that satisfies one requirement satisfies the other.
///
/// A `const fn` cannot be generic over the comparison of `$T`.
macro_rules! implication {
    ($T:ty, $implies:ident, $every_alternative:ident, $satisfies:ident, $is_held:ident, $covers:path) => {
        const fn $implies(requirement: &Requirement<$T>, implied: &Requirement<$T>) -> bool {
            let all = Conjuncts {
                parts: std::slice::from_ref(requirement),
                more: None,
            };
            $every_alternative(Some(&all), None, implied)
        }

        /// Walks the alternatives of `required`; `held` is the choice so far.
        const fn $every_alternative(
            required: Option<&Conjuncts<'_, $T>>,
            held: Option<&Held<'_, $T>>,
            implied: &Requirement<$T>,
        ) -> bool {
            let Some(Conjuncts { parts, more }) = required else {
                return $satisfies(held, implied);
            };
            let Some((first, parts)) = parts.split_first() else {
                return $every_alternative(*more, held, implied);
            };
            let rest = Conjuncts { parts, more: *more };
            match *first {
                Requirement::One(one) => {
                    let held = Held { one, more: held };
                    $every_alternative(Some(&rest), Some(&held), implied)
                }
                // no token satisfies an empty list
                Requirement::All([]) => true,
                Requirement::All(parts) => {
                    let all = Conjuncts {
                        parts,
                        more: Some(&rest),
                    };
                    $every_alternative(Some(&all), held, implied)
                }
                Requirement::Any(mut parts) => {
                    while let Some((alternative, others)) = parts.split_first() {
                        let one = Conjuncts {
                            parts: std::slice::from_ref(alternative),
                            more: Some(&rest),
                        };
                        if !$every_alternative(Some(&one), held, implied) {
                            return false;
                        }
                        parts = others;
                    }
                    true
                }
            }
        }

        const fn $satisfies(held: Option<&Held<'_, $T>>, requirement: &Requirement<$T>) -> bool {
            match *requirement {
                Requirement::One(one) => $is_held(held, one),
                Requirement::All([]) => false,
                Requirement::All(mut parts) => {
                    while let Some((part, others)) = parts.split_first() {
                        if !$satisfies(held, part) {
                            return false;
                        }
                        parts = others;
                    }
                    true
                }
                Requirement::Any(mut parts) => {
                    while let Some((part, others)) = parts.split_first() {
                        if $satisfies(held, part) {
                            return true;
                        }
                        parts = others;
                    }
                    false
                }
            }
        }

        const fn $is_held(mut held: Option<&Held<'_, $T>>, needed: $T) -> bool {
            while let Some(Held { one, more }) = held {
                if $covers(*one, needed) {
                    return true;
                }
                held = *more;
            }
            false
        }
    };
}

implication!(
    Scope,
    scopes_imply,
    every_choice_of_scopes,
    scopes_satisfy,
    scope_is_held,
    Scope::covers
);
implication!(
    Role,
    roles_imply,
    every_choice_of_roles,
    roles_satisfy,
    role_is_held,
    Role::is_same
);

impl Access {
    /// Returns whether this access refuses some token that `current` admits, and admits none that `current` refuses.
    ///
    /// `false` if one of them admits a session.
    pub(crate) const fn is_stricter_than(&self, current: &Self) -> bool {
        self.implies(current) && !current.implies(self)
    }

    /// Returns whether every token that satisfies this access satisfies `other`.
    const fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Login | Self::LoginOr(_), _) | (_, Self::Login | Self::LoginOr(_)) => false,
            (_, Self::Public { .. }) => true,
            (Self::Public { .. }, _) => false,
            (_, Self::Authenticated) => true,
            _ => {
                let implies_scopes = match (self.scopes(), other.scopes()) {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(scopes), Some(implied)) => scopes_imply(scopes, implied),
                };
                let implies_roles = match (self.roles(), other.roles()) {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(roles), Some(implied)) => roles_imply(roles, implied),
                };
                implies_scopes && implies_roles
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::claims::{RoleSet, ScopeSet};

    const READ: Requirement =
        Requirement::One(Scope::new("read").with_broader(&[Scope::new("write")]));
    const WRITE: Requirement = Requirement::One(Scope::new("write"));
    const ADMIN: Requirement = Requirement::One(Scope::new("admin"));
    const CLERK: Requirement<Role> = Requirement::One(Role::new("clerk"));
    const BOSS: Requirement<Role> = Requirement::One(Role::new("boss"));
    const CLERK_AND_BOSS: Requirement<Role> = Requirement::All(&[BOSS, CLERK]);
    const CLERK_OR_BOSS: Requirement<Role> = Requirement::Any(&[BOSS, CLERK]);
    const BOTH: Requirement = Requirement::All(&[READ, ADMIN]);
    const EITHER: Requirement = Requirement::Any(&[READ, ADMIN]);

    #[test]
    fn stricter_access_is_recognized() {
        const PUBLIC: Access = Access::Public { reason: "probe" };
        const LOGIN_OR_READ: Access = Access::LoginOr(&Access::Scopes(READ));
        for (stricter, current, expected) in [
            (Access::Scopes(READ), Access::Authenticated, true),
            (Access::Roles(CLERK), Access::Authenticated, true),
            (Access::Authenticated, PUBLIC, true),
            (PUBLIC, Access::Authenticated, false),
            (Access::Authenticated, Access::Scopes(READ), false),
            (Access::Scopes(READ), Access::Scopes(READ), false),
            (Access::Scopes(WRITE), Access::Scopes(READ), true),
            (Access::Scopes(READ), Access::Scopes(WRITE), false),
            (Access::Scopes(BOTH), Access::Scopes(READ), true),
            (Access::Scopes(BOTH), Access::Scopes(EITHER), true),
            (Access::Scopes(READ), Access::Scopes(EITHER), true),
            (Access::Scopes(EITHER), Access::Scopes(READ), false),
            (Access::Scopes(ADMIN), Access::Scopes(READ), false),
            (Access::Roles(BOSS), Access::Roles(CLERK), false),
            (Access::Roles(CLERK_AND_BOSS), Access::Roles(CLERK), true),
            (Access::Roles(CLERK), Access::Roles(CLERK_OR_BOSS), true),
            (
                Access::ScopesAndRoles(READ, CLERK),
                Access::Scopes(READ),
                true,
            ),
            (
                Access::ScopesAndRoles(READ, CLERK),
                Access::Roles(CLERK),
                true,
            ),
            (
                Access::Scopes(BOTH),
                Access::ScopesAndRoles(READ, CLERK),
                false,
            ),
            (
                Access::ScopesAndRoles(BOTH, CLERK),
                Access::ScopesAndRoles(READ, CLERK),
                true,
            ),
            (
                Access::ScopesAndRoles(BOTH, BOSS),
                Access::ScopesAndRoles(READ, CLERK),
                false,
            ),
            (Access::Scopes(READ), Access::Login, false),
            (Access::Login, Access::Authenticated, false),
            (Access::Scopes(BOTH), LOGIN_OR_READ, false),
        ] {
            assert_eq!(
                stricter.is_stricter_than(&current),
                expected,
                "{stricter} / {current}"
            );
        }
    }

    #[test]
    fn implication_is_decided_in_a_constant() {
        const STRICTER: bool = Access::Scopes(BOTH).is_stricter_than(&Access::Scopes(EITHER));
        const { assert!(STRICTER) };
    }

    fn tree<T: Copy + std::fmt::Debug + 'static>(
        names: impl Strategy<Value = T> + 'static,
    ) -> impl Strategy<Value = Requirement<T>> {
        names
            .prop_map(Requirement::One)
            .prop_recursive(3, 12, 3, |part| {
                let parts = proptest::collection::vec(part, 0..4);
                (parts, any::<bool>()).prop_map(|(parts, all)| {
                    let parts = parts.leak();
                    if all {
                        Requirement::All(parts)
                    } else {
                        Requirement::Any(parts)
                    }
                })
            })
    }

    fn scopes() -> impl Strategy<Value = Requirement> {
        const ALL: Scope = Scope::new("all");
        const EDIT: Scope = Scope::new("write").with_broader(&[ALL]);
        const VIEW: Scope = Scope::new("read").with_broader(&[EDIT, ALL]);
        tree(prop::sample::select(vec![
            VIEW,
            EDIT,
            ALL,
            Scope::new("list"),
        ]))
    }

    fn subsets(names: [&'static str; 4]) -> impl Iterator<Item = Vec<&'static str>> {
        (0_u8..16).map(move |mask| {
            let held = names
                .iter()
                .enumerate()
                .filter(|(at, _)| mask & (1 << at) != 0);
            held.map(|(_, name)| *name).collect()
        })
    }

    proptest! {
        #[test]
        fn implication_agrees_with_every_set_of_scopes(left in scopes(), right in scopes()) {
            let expected = subsets(["read", "write", "all", "list"]).all(|held| {
                let held = ScopeSet::parse(&held.join(" ")).unwrap();
                !left.is_satisfied_by(&held) || right.is_satisfied_by(&held)
            });
            prop_assert_eq!(scopes_imply(&left, &right), expected);
        }

        #[test]
        fn implication_agrees_with_every_set_of_roles(
            left in tree(prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(Role::new)),
            right in tree(prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(Role::new)),
        ) {
            let expected = subsets(["a", "b", "c", "d"]).all(|held| {
                let held: RoleSet = held.into_iter().collect();
                !left.is_satisfied_by(&held) || right.is_satisfied_by(&held)
            });
            prop_assert_eq!(roles_imply(&left, &right), expected);
        }
    }
}
