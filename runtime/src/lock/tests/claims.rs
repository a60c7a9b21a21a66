//! Changes of typed claims.

use schemars::JsonSchema;

use super::{at, sentences};
use crate::lock::Lock;
use crate::prelude::*;
use crate::routing::SecureMethodRouter;
use crate::{Caller, secured};

mod staff {
    use super::*;

    #[derive(Clone, Deserialize, Validate, JsonSchema)]
    pub(super) struct Staff {
        #[garde(length(chars, min = 1, max = 8))]
        tenant: String,
    }

    #[secured(authenticated)]
    pub(super) async fn show(caller: Caller<Staff>) -> String {
        caller.claims().tenant.clone()
    }
}

mod person {
    use super::*;

    #[derive(Clone, Deserialize, Validate, JsonSchema)]
    pub(super) struct Person {
        #[garde(length(chars, min = 1, max = 8))]
        tenant: String,
    }

    #[secured(authenticated)]
    pub(super) async fn show(caller: Caller<Person>) -> String {
        caller.claims().tenant.clone()
    }
}

mod wider {
    use super::*;

    #[derive(Clone, Deserialize, Validate, JsonSchema)]
    pub(super) struct Staff {
        #[garde(length(chars, min = 1, max = 9))]
        tenant: String,
    }

    #[secured(authenticated)]
    pub(super) async fn show(caller: Caller<Staff>) -> String {
        caller.claims().tenant.clone()
    }
}

mod unlimited {
    use super::*;

    #[derive(Clone, Deserialize, Validate, JsonSchema)]
    pub(super) struct Staff {
        #[garde(skip)]
        tenant: String,
    }

    #[secured(authenticated)]
    pub(super) async fn show(caller: Caller<Staff>) -> String {
        caller.claims().tenant.clone()
    }
}

mod other {
    use super::*;

    #[derive(Clone, Deserialize, Validate, JsonSchema)]
    pub(super) struct Staff {
        #[garde(length(chars, min = 1, max = 8))]
        team: String,
    }

    #[secured(authenticated)]
    pub(super) async fn show(caller: Caller<Staff>) -> String {
        caller.claims().team.clone()
    }
}

#[derive(Clone, Deserialize, Validate)]
struct Opaque {
    #[garde(length(chars, max = 8))]
    tenant: String,
}

#[derive(Clone, Deserialize, Validate)]
struct Renamed {
    #[garde(length(chars, max = 8))]
    tenant: String,
}

/// A type with the name of another one, in another module.
mod moved {
    use super::*;

    #[derive(Clone, Deserialize, Validate)]
    pub(super) struct Opaque {
        #[garde(length(chars, max = 9))]
        tenant: String,
    }

    #[secured(authenticated)]
    pub(super) async fn show(caller: Caller<Opaque>) -> String {
        caller.claims().tenant.clone()
    }
}

/// Aliases with the names of extractors.
mod disguised {
    use super::staff::Staff;
    use crate::prelude::get;
    use crate::routing::SecureMethodRouter;
    use crate::secured;

    type Caller = crate::Caller<Staff>;
    type Extension = crate::Caller<Staff>;
    type Path = crate::Caller<Staff>;
    type State = crate::Caller<Staff>;
    type Unvalidated = crate::Caller<Staff>;

    #[secured(authenticated)]
    async fn caller(_: Caller) {}

    #[secured(authenticated)]
    async fn extension(_: Extension) {}

    #[secured(authenticated)]
    async fn path(_: Path) {}

    #[secured(authenticated)]
    async fn state(_: State) {}

    #[secured(authenticated)]
    async fn unvalidated(_: Unvalidated) {}

    pub(super) fn all() -> [SecureMethodRouter; 5] {
        [
            get(caller),
            get(extension),
            get(path),
            get(state),
            get(unvalidated),
        ]
    }
}

#[secured(authenticated)]
async fn plain(_: Caller) {}

#[secured(authenticated)]
async fn without_caller() {}

type StaffMember = Caller<staff::Staff>;

#[secured(authenticated)]
async fn by_alias(_: StaffMember) {}

macro_rules! staff {
    () => { Caller<staff::Staff> };
    (claims) => { staff::Staff };
}

#[secured(authenticated)]
async fn by_macro(_: staff!()) {}

#[secured(authenticated)]
async fn by_macro_of_claims(_: Caller<staff!(claims)>) {}

#[secured(authenticated)]
async fn twice(_: Caller<wider::Staff>, _: Caller<staff::Staff>) {}

#[secured(authenticated)]
async fn opaque(_: Caller<Opaque>) {}

#[secured(authenticated)]
async fn renamed(_: Caller<Renamed>) {}

fn changes(old: SecureMethodRouter, new: SecureMethodRouter) -> Vec<String> {
    sentences(&at("/staff", old), &at("/staff", new))
}

#[test]
fn change_of_claims_is_one_sentence() {
    for (old, new, expected) in [
        (
            get(staff::show),
            get(plain),
            "weaker: `GET /staff`: a caller whose claims break the former rules is now admitted",
        ),
        (
            get(plain),
            get(staff::show),
            "stronger: `GET /staff`: a caller whose claims break the new rules is no longer admitted",
        ),
        (
            get(opaque),
            get(plain),
            "weaker: `GET /staff`: a caller whose claims break the rules of the type `palisade::lock::tests::claims::Opaque` is now admitted",
        ),
        (
            get(without_caller),
            get(opaque),
            "stronger: `GET /staff`: a caller whose claims break the rules of the type `palisade::lock::tests::claims::Opaque` is no longer admitted",
        ),
        (
            get(staff::show),
            get(wider::show),
            "weaker: `GET /staff`: `/tenant` in the claims: a text of 9 characters is now accepted (`maxLength` was 8, is 9)",
        ),
        (
            get(wider::show),
            get(staff::show),
            "stronger: `GET /staff`: `/tenant` in the claims: a text of 9 characters is no longer accepted (`maxLength` was 9, is 8)",
        ),
        (
            get(opaque),
            get(renamed),
            "incomparable, counts as weaker: `GET /staff`: a caller whose claims break the rules of the type `palisade::lock::tests::claims::Opaque` may be admitted, because they follow the rules of the type `palisade::lock::tests::claims::Renamed` now",
        ),
        (
            get(opaque),
            get(staff::show),
            "incomparable, counts as weaker: `GET /staff`: a caller whose claims break the rules of the type `palisade::lock::tests::claims::Opaque` may be admitted, because they follow the new rules now",
        ),
        (
            get(staff::show),
            get(opaque),
            "incomparable, counts as weaker: `GET /staff`: a caller whose claims break the former rules may be admitted, because they follow the rules of the type `palisade::lock::tests::claims::Opaque` now",
        ),
        (
            get(twice),
            get(staff::show),
            "weaker: `GET /staff`: a caller whose claims break the former rules is now admitted",
        ),
    ] {
        assert_eq!(changes(old, new), [expected]);
    }
}

#[test]
fn lifted_rule_and_other_claim_are_weaker() {
    for (old, new) in [
        (get(staff::show), get(unlimited::show)),
        (get(staff::show), get(other::show)),
    ] {
        let all = changes(old, new);
        let is_weaker = |sentence: &String| {
            sentence.starts_with("weaker: `GET /staff`: `/tenant` in the claims: ")
        };
        assert!(all.iter().any(is_weaker), "{all:#?}");
    }
}

#[test]
fn same_rules_under_another_name_are_unchanged() {
    for (old, new) in [
        (get(staff::show), get(person::show)),
        (get(staff::show), get(by_alias)),
        (get(staff::show), get(by_macro)),
        (get(staff::show), get(by_macro_of_claims)),
        (get(plain), get(without_caller)),
    ] {
        assert_eq!(changes(old, new), [""; 0]);
    }
}

/// The comparison must not miss another type.
#[test]
fn type_without_a_schema_has_the_path_of_its_module() {
    let module = module_path!();
    assert_eq!(
        changes(get(opaque), get(moved::show)),
        [format!(
            "incomparable, counts as weaker: `GET /staff`: a caller whose claims break the rules of the type `{module}::Opaque` may be admitted, because they follow the rules of the type `{module}::moved::Opaque` now"
        )]
    );
}

/// The type of an argument decides whether it has claims, not its name.
#[test]
fn claims_of_an_alias_with_the_name_of_an_extractor_are_compared() {
    for method in disguised::all() {
        assert_eq!(changes(get(staff::show), method), [""; 0]);
    }
}

#[test]
fn claims_are_in_the_file() {
    let routes = at("/staff", get(staff::show)).route("/opaque", get(opaque));
    let text = Lock::of(routes.inventory()).to_string();
    let block = |title: &str| text.split("\n\n").find(|block| block.starts_with(title));
    assert!(
        block("GET /opaque")
            .unwrap()
            .ends_with("\n  claims \"palisade::lock::tests::claims::Opaque\""),
        "{text}"
    );
    assert!(
        block("GET /staff").unwrap().contains(
            "\n  claims\n    . {\"required\":[\"tenant\"],\"type\":[\"object\"]}\n    /tenant {\"maxLength\":8,\"minLength\":1,\"type\":[\"string\"]}"
        ),
        "{text}"
    );
    for (old, new, expected) in [
        (
            "  claims \"palisade::lock::tests::claims::Opaque\"",
            "  claims \"palisade::lock::tests::claims::Opaque\" more",
            "malformed `claims`",
        ),
        (
            "  claims \"palisade::lock::tests::claims::Opaque\"",
            "  claims",
            "has no `.`",
        ),
        (
            "  claims\n    . {",
            "  claims\n    . ",
            "malformed `claims`",
        ),
    ] {
        let changed = text.replacen(old, new, 1);
        assert_ne!(text, changed, "{old}");
        let error = changed.parse::<Lock>().unwrap_err().to_string();
        assert!(error.contains(expected), "{new}: {error}");
    }
}

#[test]
fn inventory_describes_claims() {
    let routes = at("/staff", get(staff::show)).route("/opaque", get(opaque));
    let claims: Vec<_> = routes
        .inventory()
        .iter()
        .flat_map(|route| {
            route
                .claims()
                .map(|claims| (claims.type_name(), claims.schema().is_some()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(
        claims,
        [("Staff".to_owned(), true), ("Opaque".to_owned(), false)]
    );
    let json: serde_json::Value = serde_json::from_str(&routes.inventory().to_json()).unwrap();
    let claims = &json["routes"][1]["claims"];
    assert_eq!(claims[0]["type"], "Staff");
    assert_eq!(claims[0]["schema"]["properties"]["tenant"]["maxLength"], 8);
    assert_eq!(
        json["routes"][0]["claims"][0]["schema"],
        serde_json::Value::Null
    );
}
