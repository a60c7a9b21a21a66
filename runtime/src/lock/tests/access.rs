//! The comparison of access against brute force.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::claims::{Role, RoleSet, Scope, ScopeSet};
use crate::lock::access::{Attribute, Formula};
use crate::policy::{Access, Requirement};

/// Three scopes, of which `c` implies `b`, and two roles.
fn scope(at: usize) -> Scope {
    const BROADER: &[Scope] = &[Scope::new("c")];
    match at {
        0 => Scope::new("a"),
        1 => Scope::new("b").with_broader(BROADER),
        _ => Scope::new("c"),
    }
}

fn role(at: usize) -> Role {
    Role::new(["x", "y"][at % 2])
}

#[derive(Clone, Debug)]
enum Tree {
    One(usize),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

impl Tree {
    fn any() -> impl Strategy<Value = Self> {
        let leaf = (0_usize..3).prop_map(Self::One);
        leaf.prop_recursive(3, 12, 3, |part| {
            prop_oneof![
                proptest::collection::vec(part.clone(), 0..4).prop_map(Self::All),
                proptest::collection::vec(part, 0..4).prop_map(Self::Any),
            ]
        })
    }

    fn requirement<T>(&self, one: fn(usize) -> T) -> Requirement<T> {
        let list = |parts: &[Self]| -> &'static [Requirement<T>] {
            let parts = parts.iter().map(|part| part.requirement(one));
            parts.collect::<Vec<_>>().leak()
        };
        match self {
            Self::One(at) => Requirement::One(one(*at)),
            Self::All(parts) => Requirement::All(list(parts)),
            Self::Any(parts) => Requirement::Any(list(parts)),
        }
    }
}

fn accesses() -> impl Strategy<Value = Access> {
    let token = prop_oneof![
        1 => Just(Access::Authenticated),
        3 => Tree::any().prop_map(|tree| Access::Scopes(tree.requirement(scope))),
        3 => Tree::any().prop_map(|tree| Access::Roles(tree.requirement(role))),
        3 => (Tree::any(), Tree::any())
            .prop_map(|(scopes, roles)| Access::ScopesAndRoles(scopes.requirement(scope), roles.requirement(role))),
    ];
    prop_oneof![
        1 => Just(Access::Public { reason: "a test" }),
        1 => Just(Access::Login),
        6 => token.clone(),
        2 => token.prop_map(|token| Access::LoginOr(Box::leak(Box::new(token)))),
    ]
}

/// A caller: without a token, with a login, or with a token of these scopes and roles.
#[derive(Debug)]
enum Caller {
    Anonymous,
    Login,
    Token(BTreeSet<&'static str>, BTreeSet<&'static str>),
}

fn callers() -> Vec<Caller> {
    let subset = |names: &[&'static str], mask: usize| -> BTreeSet<&'static str> {
        let held = names
            .iter()
            .enumerate()
            .filter(|(at, _)| mask & (1 << at) != 0);
        held.map(|(_, name)| *name).collect()
    };
    let mut callers = vec![Caller::Anonymous, Caller::Login];
    for mask in 0..32_usize {
        callers.push(Caller::Token(
            subset(&["a", "b", "c"], mask % 8),
            subset(&["x", "y"], mask / 8),
        ));
    }
    callers
}

impl Caller {
    /// Decides like the guard.
    fn is_admitted_by(&self, access: &Access) -> bool {
        match self {
            Self::Anonymous => matches!(access, Access::Public { .. }),
            Self::Login => matches!(access, Access::Public { .. }) || access.admits_login(),
            Self::Token(scopes, roles) => {
                let scopes: Vec<_> = scopes.iter().copied().collect();
                let scopes = ScopeSet::parse(&scopes.join(" ")).unwrap();
                let roles: RoleSet = roles.iter().copied().collect();
                let token = access.for_token();
                token.is_some_and(|token| token.permits(&scopes, &roles).is_ok())
            }
        }
    }

    fn attributes(&self) -> BTreeSet<Attribute> {
        match self {
            Self::Anonymous => BTreeSet::new(),
            Self::Login => BTreeSet::from([Attribute::Login]),
            Self::Token(scopes, roles) => {
                let scopes = scopes
                    .iter()
                    .map(|name| Attribute::Scope((*name).to_owned()));
                let roles = roles.iter().map(|name| Attribute::Role((*name).to_owned()));
                scopes.chain(roles).chain([Attribute::Token]).collect()
            }
        }
    }
}

proptest! {
    /// Every subset of scopes and roles, against the guard's decision.
    #[test]
    fn comparison_agrees_with_every_caller(old in accesses(), new in accesses()) {
        let (old_formula, new_formula) = (Formula::of(&old), Formula::of(&new));
        let mut some_admitted = false;
        for caller in callers() {
            let (before, after) = (caller.is_admitted_by(&old), caller.is_admitted_by(&new));
            prop_assert_eq!(old_formula.admits(&caller.attributes()), before, "{:?} {}", caller, old_formula);
            some_admitted |= after && !before;
        }
        let witness = new_formula.witness_against(&old_formula);
        prop_assert_eq!(witness.is_some(), some_admitted, "{} -> {}", old_formula, new_formula);
        if let Some(witness) = witness {
            prop_assert!(new_formula.admits(&witness) && !old_formula.admits(&witness));
        }
    }

    #[test]
    fn text_of_access_is_parsed_to_the_same_formula(access in accesses()) {
        let formula = Formula::of(&access);
        prop_assert_eq!(Formula::parse(&formula.to_string()), Some(formula));
    }
}

#[test]
fn access_is_written_in_its_shortest_form() {
    const A: Requirement = Requirement::One(Scope::new("a"));
    const B: Requirement = Requirement::One(Scope::new("b"));
    for (access, text) in [
        (Access::Authenticated, "authenticated"),
        (Access::Scopes(Requirement::Any(&[B, A, B])), "any(a, b)"),
        (
            Access::Scopes(Requirement::Any(&[A, Requirement::All(&[A, B])])),
            "a",
        ),
        (
            Access::Scopes(Requirement::All(&[A, Requirement::Any(&[A, B])])),
            "a",
        ),
        (Access::Scopes(Requirement::All(&[])), "any()"),
        (
            Access::Scopes(Requirement::Any(&[A, Requirement::All(&[])])),
            "a",
        ),
        (
            Access::LoginOr(&Access::Authenticated),
            "any(login, authenticated)",
        ),
        (
            Access::ScopesAndRoles(A, Requirement::One(Role::new("b, c)"))),
            "all(a, role \"b, c)\")",
        ),
        (
            Access::Scopes(Requirement::One(Scope::new("public"))),
            "\"public\"",
        ),
        (
            Access::Scopes(Requirement::One(Scope::new("a,b)"))),
            "\"a,b)\"",
        ),
        (
            Access::Roles(Requirement::One(Role::new("\u{202e}x\n"))),
            "role \"\\u202ex\\u000a\"",
        ),
    ] {
        assert_eq!(Formula::of(&access).to_string(), text);
        assert_eq!(Formula::parse(text), Some(Formula::of(&access)), "{text}");
    }
}

#[test]
fn malformed_access_is_no_formula() {
    let deep = format!("{}a{}", "any(".repeat(40), ")".repeat(40));
    for text in [
        "",
        " ",
        "any",
        "all",
        "all()",
        "any(a",
        "any(a,b)",
        "any(a, )",
        "any(a))",
        "a b",
        "role",
        "role ",
        "a,",
        "\"a",
        "any(a, b) ",
        "(a)",
        "public public",
        &deep,
    ] {
        assert_eq!(Formula::parse(text), None, "{text}");
    }
}
