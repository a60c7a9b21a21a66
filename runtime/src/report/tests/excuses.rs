//! Attacks that the test excuses: they are no gap, and no proof.

use serde_json::Value;

use super::evidence::{line, parsed};
use super::*;
use crate::evidence::ClassResults;

/// A change of the results of one class.
type Change<'c> = &'c dyn Fn(&mut ClassResults);

const OWNER: AttackClass = AttackClass::OtherOwner;

/// Returns a report in which each class of attacks was refused, but one class on the order changed.
fn with(routes: &SecureRouter, class: AttackClass, change: Change<'_>) -> (Vec<String>, Value) {
    let mut all = results_without(&[("/orders/{id}", class)])
        .routes()
        .to_vec();
    let route = all.iter_mut().find(|route| route.path() == "/orders/{id}");
    route.unwrap().add(class, |class| {
        class.add_refusal(403, None);
        change(class);
    });
    let report = report(routes, &Topic::ALL, Some(results_of(routes, all)));
    (gaps(&report), parsed(&report))
}

#[test]
fn excused_attack_of_each_class_leaves_no_line_proved() {
    let routes = routes();
    let kinds: [(&str, Change<'_>); 3] = [
        ("", &|class| {
            class.add_admission("attack".to_owned(), 200);
            class.excuse_admissions("until spring");
        }),
        ("", &|class| {
            class.add_admission("attack".to_owned(), 200);
            class.excuse_admission("attack", "until spring");
        }),
        (", not covered", &|class| {
            class.add_not_covered("no sample".to_owned());
            class.excuse_admissions("until spring");
        }),
    ];
    for class in AttackClass::ALL {
        for (kind, change) in kinds {
            let (gaps, json) = with(&routes, class, change);
            assert_eq!(gaps, [""; 0], "{class}");
            let excuse = format!("`{class}` on `GET /orders/{{id}}`{kind}: until spring");
            let lines = STANDARD.iter().filter(|line| line.attacks.contains(&class));
            for one in lines {
                let line = line(&json, one.id);
                assert_eq!(line["status"], "declared", "{class} {line}");
                let basis = line["basis"].as_str().unwrap();
                assert!(basis.starts_with("declared; "), "{basis}");
                assert!(basis.ends_with(&format!("; excused: {excuse}")), "{basis}");
                assert_eq!(line["excused"], serde_json::json!([excuse]));
            }
        }
    }
}

/// An object that other owners may access is not counted among those that they may not.
#[test]
fn excused_access_to_an_object_is_shown_at_its_endpoint() {
    let routes = routes();
    let (_, json) = with(&routes, OWNER, &|class| {
        class.add_admission("bob".to_owned(), 200);
        class.excuse_admissions("shared");
    });
    let excused = "objects: attacked, with an excuse of the test";
    assert_eq!(json["endpoints"][2]["objects"], excused);
    assert_eq!(
        line(&json, "P3")["evidence"][4],
        format!("{excused}, on `GET /orders/{{id}}`")
    );
    // an attack without an excuse is a gap as before
    let (gaps, json) = with(&routes, OWNER, &|class| {
        class.add_admission("bob".to_owned(), 200);
        class.add_admission("carol".to_owned(), 200);
        class.excuse_admission("bob", "shared");
    });
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(
        json["endpoints"][2]["objects"],
        "objects: attacked, with gaps"
    );
}

/// The owner has no access to an object whose state another route changed, so that no refusal means anything.
#[test]
fn statement_is_possible_where_attacks_on_objects_are_not_covered() {
    let routes = routes();
    let report = |topics: &[Topic], change: Change<'_>| {
        let mut all = results_without(&[("/orders/{id}", OWNER)])
            .routes()
            .to_vec();
        let route = all.iter_mut().find(|route| route.path() == "/orders/{id}");
        route.unwrap().add(OWNER, change);
        let topics = [&Topic::ALL[..], topics].concat();
        let report = report(&routes, &topics, Some(results_of(&routes, all)));
        (gaps(&report), parsed(&report))
    };
    let closed = |class: &mut ClassResults| {
        class.add_refusal(404, None);
        class.add_not_covered("alice has no access to `1` (status 409)".to_owned());
    };
    let (gaps, _) = report(&[], &closed);
    assert_eq!(
        gaps,
        [
            "P3: not covered: `other_owner` on `GET /orders/{id}`: alice has no access to `1` (status 409); name another object, or state how the access of other callers is tested"
        ]
    );
    let order = Topic::Objects("/orders/{order}");
    let (gaps, json) = report(&[order], &closed);
    assert_eq!(gaps, [""; 0]);
    let stated = "objects: attacks not covered, stated by Jane Doe, 2026-11-01";
    assert_eq!(json["endpoints"][2]["objects"], stated);
    let p3 = line(&json, "P3");
    assert_eq!(
        p3["evidence"][4],
        format!("{stated}, on `GET /orders/{{id}}`")
    );
    assert_eq!(p3["top_10"], serde_json::json!(["API5:2023"]));
    // it replaces no attack that was admitted
    let (gaps, _) = report(&[order], &|class| {
        closed(class);
        class.add_admission("bob".to_owned(), 200);
    });
    assert!(
        gaps.iter()
            .any(|gap| gap.contains("admitted: `other_owner`")),
        "{gaps:?}"
    );
}
