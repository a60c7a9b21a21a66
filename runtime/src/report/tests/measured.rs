//! Results that belong to another declaration, and results without a commit or a date.

use serde_json::{Value, json};

use super::*;

#[secured(scopes = "orders:list")]
async fn show_less(Path(_): Path<u32>) {}

fn changed() -> SecureRouter {
    SecureRouter::new()
        .route("/orders/{id}", get(show_less))
        .route("/orders", post(create))
        .route("/health", get(health))
}

fn parsed(report: &Report<'_>) -> Value {
    serde_json::from_str(&report.to_json()).unwrap()
}

/// The results of the routes before the change prove nothing about the changed one.
#[test]
fn results_of_a_changed_declaration_are_outdated() {
    let changed = changed();
    let report = report(&changed, &Topic::ALL, Some(results_without(&[])));
    let found = gaps(&report);
    let outdated = "outdated: `GET /orders/{id}` had a different declaration on 2026-11-29";
    for line in STANDARD.iter().filter(|line| !line.attacks.is_empty()) {
        assert!(
            found.contains(&format!("{}: {outdated}", line.id)),
            "{} {found:?}",
            line.id
        );
    }
    assert!(
        found.iter().all(|gap| gap.contains("`GET /orders/{id}`")),
        "{found:?}"
    );
    let unchanged = routes();
    let before = parsed(&super::report(
        &unchanged,
        &Topic::ALL,
        Some(results_without(&[])),
    ));
    let after = parsed(&report);
    let refused = |report: &Value| -> Vec<u64> {
        let endpoints = report["endpoints"].as_array().unwrap().iter();
        endpoints
            .map(|one| one["refused_attacks"].as_u64().unwrap())
            .collect()
    };
    let [health, create, show] = refused(&before)[..] else {
        panic!("{before}");
    };
    assert!(show > 0);
    assert_eq!(refused(&after), [health, create, 0]);
    assert_eq!(
        after["endpoints"][2]["attack_gaps"],
        json!(["outdated: the endpoint had a different declaration on 2026-11-29"])
    );
    assert_eq!(after["endpoints"][2]["objects"], "objects: not attacked");
    // P1 has two classes of attacks on each of three endpoints
    assert_eq!(
        after["standard"][0]["basis"],
        "1 gap, otherwise declared; 4 refused attacks, commit 0123abc, 2026-11-29"
    );
    assert!(
        report
            .to_html()
            .contains("<li>outdated: the endpoint had a different declaration")
    );
    assert!(
        report
            .to_markdown()
            .contains("outdated\\: the endpoint had a different declaration")
    );
}

#[test]
fn results_without_a_declaration_are_outdated() {
    let routes = routes();
    let all = results_without(&[]).routes().to_vec();
    let all = all.into_iter().map(|route| route.declared_as(None));
    let results = AttackResults::new(all.collect())
        .with_commit("0123abc")
        .and_then(|results| results.with_date("2026-11-29"));
    let found = gaps(&report(&routes, &Topic::ALL, Some(results.unwrap())));
    assert!(
        found.contains(
            &"P1: outdated: `GET /health` was attacked without a record of its declaration"
                .to_owned()
        ),
        "{found:?}"
    );
}

#[test]
fn outdated_result_of_a_fallback_is_a_gap() {
    #[secured(authenticated)]
    async fn unmatched() {}

    let routes: SecureRouter = SecureRouter::new().fallback(unmatched);
    let mut results = RouteResults::new("*", "");
    results.add(AttackClass::NoToken, |class| class.add_refusal(401, None));
    let other = results.clone().declared_as(Some("0".repeat(64)));
    let undated = AttackResults::new(vec![other]);
    let found = gaps(&report(&routes, &Topic::ALL, Some(undated)));
    assert!(
        found.contains(
            &"P2: outdated: `* /` had a different declaration when it was attacked".to_owned()
        ),
        "{found:?}"
    );
    // a class without a result on the fallback does not concern it
    assert!(
        !found.iter().any(|gap| gap.starts_with("P1: ")),
        "{found:?}"
    );
    let current = results_of(&routes, vec![results]);
    assert_eq!(gaps(&report(&routes, &Topic::ALL, Some(current))), [""; 0]);
}

#[test]
fn results_without_a_commit_or_a_date_are_one_gap_and_prove_no_line() {
    let routes = routes();
    let all = || AttackResults::new(results_without(&[]).routes().to_vec());
    for (results, missing, variables, basis) in [
        (
            all(),
            "no commit and no date",
            "`PALISADE_COMMIT` and `PALISADE_DATE`",
            "commit unknown, date unknown",
        ),
        (
            all().with_commit("0123abc").unwrap(),
            "no date",
            "`PALISADE_DATE`",
            "commit 0123abc, date unknown",
        ),
        (
            all().with_date("2026-11-29").unwrap(),
            "no commit",
            "`PALISADE_COMMIT`",
            "commit unknown, 2026-11-29",
        ),
    ] {
        let report = report(&routes, &Topic::ALL, Some(results));
        assert_eq!(
            gaps(&report),
            [format!(
                "the attack results have {missing}, so that they prove no line; set {variables} when the attack test writes them"
            )]
        );
        for text in [report.to_html(), report.to_markdown()] {
            assert!(text.contains("Attacked at commit "), "{text}");
            assert!(text.contains(". Results without a commit and a date prove no line."));
            assert!(!text.contains("Without attack results."));
        }
        let json = parsed(&report);
        let lines = json["standard"].as_array().unwrap();
        assert!(lines.iter().all(|line| line["status"] != "proved"));
        let p1 = &lines[0];
        assert_eq!(
            (&p1["status"], &p1["basis"]),
            (
                &json!("declared"),
                &json!(format!("declared; 6 refused attacks, {basis}"))
            )
        );
    }
    // no line has evidence from them
    let empty: SecureRouter = SecureRouter::new().fallback(health);
    let report = report(&empty, &Topic::ALL, Some(AttackResults::new(Vec::new())));
    assert_eq!(gaps(&report), [""; 0]);
}
