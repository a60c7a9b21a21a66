//! The comparison of access against brute force.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::claims::{Role, RoleSet, Scope, ScopeSet};
use crate::lock::access::{Attribute, Formula, TooManyAlternatives};
use crate::lock::{Lock, Verdict};
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
        let witness = new_formula.witness_against(&old_formula).unwrap();
        prop_assert_eq!(witness.is_some(), some_admitted, "{} -> {}", old_formula, new_formula);
        if let Some(witness) = witness {
            prop_assert!(new_formula.admits(&witness) && !old_formula.admits(&witness));
        }
    }

    /// With less search, the comparison may give up, and is never wrong.
    #[test]
    fn bounded_comparison_is_correct_or_gives_up(old in accesses(), new in accesses(), limit in 0_usize..4) {
        let (old, new) = (Formula::of(&old), Formula::of(&new));
        let exact = new.witness_against(&old).unwrap();
        match new.witness_within(&old, limit) {
            Err(TooManyAlternatives) => {}
            Ok(None) => prop_assert_eq!(exact, None, "{} -> {}", old, new),
            Ok(Some(caller)) => prop_assert!(new.admits(&caller) && !old.admits(&caller), "{} -> {}", old, new),
        }
    }

    #[test]
    fn least_caller_is_admitted(access in accesses()) {
        let formula = Formula::of(&access);
        if let Some(caller) = formula.least_caller() {
            prop_assert!(formula.admits(&caller), "{}", formula);
        } else {
            prop_assert_eq!(formula, Formula::Any(Vec::new()));
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
            Access::Scopes(Requirement::All(&[A, Requirement::Any(&[]), B])),
            "any()",
        ),
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

/// A requirement with `2^choices` alternatives.
fn choices(choices: usize, last: &str) -> String {
    let each = (0..choices).map(|at| format!("any(a{at}, {last}{at})"));
    format!("all({})", each.collect::<Vec<_>>().join(", "))
}

fn lock_with(access: &str) -> Lock {
    let limits = "limits body_limit=1B body_timeout=1ms body_idle_timeout=1ms timeout=1ms header_limit=1 parameter_limit=1 part_limit=1";
    let text = format!("version 2\n\nGET /orders\n  access {access}\n  {limits}\n");
    let lock: Lock = text.parse().unwrap();
    assert_eq!(lock.to_string().parse().as_ref(), Ok(&lock));
    lock
}

/// The number of alternatives is exponential in the size of the declaration.
#[test]
fn access_with_too_many_alternatives_is_incomparable_unless_its_form_decides() {
    let large = choices(64, "b");
    let compare = |old: &str, new: &str| lock_with(old).compare(&lock_with(new));
    assert!(compare(&large, &large).is_unchanged());
    let comparison = compare(&large, &choices(64, "c"));
    assert_eq!(comparison.changes().len(), 1, "{comparison}");
    assert_eq!(comparison.changes()[0].verdict(), Verdict::Incomparable);
    let text = comparison.to_string();
    assert!(
        text.starts_with("incomparable, counts as weaker: `GET /orders`: its access has more than 512 alternatives, which are not compared, it was `all(any(a0, b0), "),
        "{text}"
    );
    // one more alternative at the top, whose callers are few
    assert_eq!(
        compare(&large, "public").to_string(),
        "weaker: `GET /orders`: a caller without a token is now admitted"
    );
    let more = format!("any({large}, z)");
    assert!(compare(&large, &more).is_weaker());
    // a wider part
    assert!(compare(&large, &large.replace("a0", "a0, z")).is_weaker());
    assert!(!compare(&large.replace("a0", "a0, z"), &format!("all({large}, z)")).is_unchanged());
}

#[test]
fn bound_of_alternatives_is_exact() {
    let (within, beyond) = (choices(9, "b"), choices(10, "b"));
    let stricter = |access: &str| Formula::parse(&format!("all({access}, z)")).unwrap();
    let parse = |access: &str| Formula::parse(access).unwrap();
    assert!(matches!(
        parse(&within).witness_against(&stricter(&within)),
        Ok(Some(_))
    ));
    assert_eq!(
        parse(&beyond).witness_against(&stricter(&beyond)),
        Err(TooManyAlternatives)
    );
    assert_eq!(stricter(&beyond).witness_against(&parse(&beyond)), Ok(None));
}

/// The bound counts sets before those are removed that contain another one, because removing them takes time.
#[test]
fn alternatives_are_reduced_to_the_smallest_within_the_bound() {
    let parse = |access: &str| Formula::parse(access).unwrap();
    let other = parse("q");
    let witness = |access: &str, limit| parse(access).witness_within(&other, limit);
    let scopes = |names: &[&str]| {
        let names = names
            .iter()
            .map(|name| Attribute::Scope((*name).to_owned()));
        Ok(Some(names.collect::<BTreeSet<_>>()))
    };
    // `a` and `c`, or `b`
    assert_eq!(witness("all(any(a, b), any(b, c))", 4), scopes(&["b"]));
    assert_eq!(
        witness("all(any(a, b), any(b, c), any(b, d))", 4),
        scopes(&["b"])
    );
    // `a` and `b` twice
    let twice = "all(any(all(a, any(b, c)), all(b, any(a, c))), z)";
    assert_eq!(witness(twice, 4), scopes(&["a", "b", "z"]));
    assert_eq!(witness(twice, 3), Err(TooManyAlternatives));
}

/// Each level has a leaf and a deeper level: the pairs of parts are exponentially many paths.
#[test]
fn deep_access_is_compared_in_time() {
    let deep = |innermost: &str| {
        (0..30).fold(innermost.to_owned(), |inner, at| {
            let list = if at % 2 == 0 { "any" } else { "all" };
            format!("{list}(a{at}, {inner})")
        })
    };
    let (one, other) = (lock_with(&deep("x")), lock_with(&deep("y")));
    assert!(one.compare(&other).is_weaker());
    assert!(one.compare(&one).is_unchanged());
}
