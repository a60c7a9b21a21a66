//! Attacks on the objects of other callers, and the statements about objects without them.

use serde_json::{Value, json};

use super::*;

const SHARED: Topic = Topic::Objects("/orders/{id}");

#[secured(scopes = "orders:read")]
async fn lines(Path(_): Path<(u32, u32)>) {}

fn p3(report: &Report<'_>) -> Value {
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    json["standard"][2].clone()
}

fn without_objects() -> AttackResults {
    results_without(&[("/orders/{id}", AttackClass::OtherOwner)])
}

#[test]
fn endpoint_with_an_identifier_needs_an_attack_as_another_owner() {
    let routes = routes();
    let complete = report(&routes, &Topic::ALL, Some(results_without(&[])));
    let missing = report(&routes, &Topic::ALL, Some(without_objects()));
    assert_eq!(
        gaps(&missing),
        [
            "P3: objects: not attacked on `GET /orders/{id}`; attack them as another owner, or state why none belongs to a caller"
        ]
    );
    let (before, after) = (p3(&complete), p3(&missing));
    assert_eq!(
        (&before["status"], &after["status"]),
        (&json!("proved"), &json!("gap"))
    );
    assert_eq!(
        before["evidence"][3],
        "objects: refused to other owners on 1 of 1 endpoint with an identifier in the path"
    );
    assert_eq!(
        after["evidence"].as_array().unwrap()[3..],
        [
            json!(
                "objects: refused to other owners on 0 of 1 endpoint with an identifier in the path"
            ),
            json!("objects: not attacked on `GET /orders/{id}`")
        ]
    );
    // attacks on scopes are no evidence of object level authorization
    assert_eq!(before["top_10"], json!(["API1:2023", "API5:2023"]));
    assert_eq!(after["top_10"], json!(["API5:2023"]));
    for text in [missing.to_html(), missing.to_markdown()] {
        assert!(text.contains("objects: not attacked") || text.contains("objects\\: not attacked"));
        assert!(!text.contains("API1:"));
    }
}

#[test]
fn statement_about_objects_replaces_the_attack_and_is_not_cited_as_one() {
    let routes = routes();
    let stated = report(&routes, &Topic::ALL, Some(without_objects())).statement(statement(SHARED));
    assert_eq!(gaps(&stated), [""; 0]);
    let line = p3(&stated);
    assert_eq!(line["status"], "proved");
    assert!(
        line["basis"]
            .as_str()
            .unwrap()
            .ends_with("; stated by Jane Doe, 2026-11-01"),
        "{line}"
    );
    assert_eq!(line["top_10"], json!(["API5:2023"]));
    assert_eq!(line["statement"], Value::Null);
    assert_eq!(
        line["object_statements"],
        json!([{
            "topic": "objects of `/orders/{id}`", "text": "the facts about objects of `/orders/{id}`",
            "owner": "Jane Doe", "date": "2026-11-01"
        }])
    );
    assert_eq!(
        line["evidence"][4],
        "objects: not attacked, but stated, on `GET /orders/{id}`"
    );
    let html = stated.to_html();
    assert!(
        html.contains("<small>objects: not attacked, stated by Jane Doe, 2026-11-01</small>"),
        "{html}"
    );
    assert!(
        html.contains("<blockquote><p>the facts about objects of"),
        "{html}"
    );
    assert!(
        stated
            .to_markdown()
            .contains("- Statement about objects of \\`/orders/\\{id\\}\\`: the facts")
    );
    // without results, the statement does not replace the other attacks
    let without = report(&routes, &Topic::ALL, None).statement(statement(SHARED));
    assert!(gaps(&without).contains(&"P3: no attack results".to_owned()));
}

#[test]
fn incomplete_statement_about_objects_is_a_gap() {
    let routes = routes();
    let without_owner = Statement::new(SHARED, "the shop owns them").on("2026-11-01");
    let report = report(&routes, &Topic::ALL, Some(without_objects())).statement(without_owner);
    assert_eq!(
        gaps(&report),
        ["P3: the statement about objects of `/orders/{id}` has no owner"]
    );
    let html = report.to_html();
    let cell = "<small>objects: not attacked, and the statement has no owner</small>";
    assert!(
        html.contains(cell) && !html.contains("stated by ,"),
        "{html}"
    );
}

#[test]
fn statement_about_objects_that_are_attacked_or_absent_is_a_gap() {
    let routes = routes();
    let gap = |path: &str| {
        format!(
            "P3: the statement about objects of `{path}` is not needed: there is no such endpoint, or its objects are attacked"
        )
    };
    let attacked = report(&routes, &Topic::ALL, Some(results_without(&[])));
    assert_eq!(
        gaps(&attacked.statement(statement(SHARED))),
        [gap("/orders/{id}")]
    );
    let absent = report(&routes, &Topic::ALL, Some(without_objects()))
        .statement(statement(SHARED))
        .statement(statement(Topic::Objects("/order/{id}")));
    assert_eq!(gaps(&absent), [gap("/order/{id}")]);
}

/// A new path is not covered by what was stated about another one.
#[test]
fn statement_covers_its_path_and_those_below_it() {
    let routes: SecureRouter = SecureRouter::new()
        .route("/orders/{order}", get(show))
        .route("/orders/{order}/lines/{line}", get(lines))
        .route("/invoices/{id}", get(show).delete(show))
        .route("/pages/{id}", get(health));
    let stated = |topics: &[Topic]| -> Vec<String> {
        let results = results_of(&routes, vec![RouteResults::new("GET", "/orders/{order}")]);
        let report = report(&routes, topics, Some(results));
        let gaps = gaps(&report).into_iter();
        gaps.filter(|gap| gap.starts_with("P3: objects") || gap.contains("not needed"))
            .map(|gap| gap.split(';').next().unwrap().to_owned())
            .collect()
    };
    let gap = |endpoint: &str| format!("P3: objects: not attacked on `{endpoint}`");
    let of_invoices = [gap("GET /invoices/{id}"), gap("DELETE /invoices/{id}")];
    assert_eq!(stated(&[SHARED]), of_invoices);
    assert_eq!(
        stated(&[Topic::Objects("/orders/{id}/lines/{line}")]),
        [&[gap("GET /orders/{order}")][..], &of_invoices].concat()
    );
    assert_eq!(stated(&[SHARED, Topic::Objects("/invoices/{id}")]), [""; 0]);
    // the statement about the longer path is the one about it
    let both = [
        SHARED,
        Topic::Objects("/orders/{id}/lines/{line}"),
        Topic::Objects("/invoices/{id}"),
    ];
    assert_eq!(stated(&both), [""; 0]);
}

#[test]
fn attacked_object_that_is_admitted_or_not_covered_is_one_gap() {
    let routes = routes();
    let with = |change: &dyn Fn(&mut crate::evidence::ClassResults)| {
        let mut all = without_objects().routes().to_vec();
        let route = all.iter_mut().find(|route| route.path() == "/orders/{id}");
        route.unwrap().add(AttackClass::OtherOwner, change);
        let report = report(&routes, &Topic::ALL, Some(results_of(&routes, all)));
        (gaps(&report), p3(&report))
    };
    let (gaps, line) = with(&|class| class.add_admission("bob".to_owned(), 200));
    assert_eq!(
        gaps,
        ["P3: admitted: `other_owner` on `GET /orders/{id}`: bob"]
    );
    assert_eq!(line["top_10"], json!(["API5:2023"]));
    let (gaps, _) = with(&|class| class.add_not_covered("sessions of the owners".to_owned()));
    assert_eq!(
        gaps,
        [
            "P3: not covered: `other_owner` on `GET /orders/{id}`: sessions of the owners; name another object, or state how the access of other callers is tested"
        ]
    );
}

#[test]
fn api_without_identifiers_has_no_attack_on_objects() {
    let routes: SecureRouter = SecureRouter::new().route("/health", get(health));
    let line = p3(&Report::new("Orders", routes.inventory()));
    assert_eq!(
        line["evidence"][3],
        "no path of a handler with callers has an identifier, so that no object of another caller can be attacked"
    );
    assert_eq!(
        (&line["top_10"], &line["gaps"]),
        (&json!(["API5:2023"]), &json!([]))
    );
}

#[test]
fn authenticated_endpoint_with_an_identifier_needs_results() {
    #[secured(authenticated)]
    async fn one(Path(_): Path<u32>) {}

    let routes: SecureRouter = SecureRouter::new().route("/orders/{id}", get(one));
    let line = p3(&Report::new("Orders", routes.inventory()));
    assert_eq!(line["gaps"], json!(["no attack results"]));
}

/// The kind of a line, which identifies none.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Gift,
    Plain,
}

#[secured(scopes = "orders:read")]
async fn lines_of_kind(Path((_, kind, _)): Path<(u32, Kind, bool)>) {
    let (Kind::Gift | Kind::Plain) = kind;
}

/// The owner of an order may reach the line of another order.
#[test]
fn identifier_below_an_attacked_object_needs_its_own_attack() {
    const LINE: &str = "/orders/{id}/lines/{line}";
    let routes: SecureRouter = SecureRouter::new()
        .route("/orders/{id}/cancel", get(show))
        .route("/orders/{id}/kinds/{kind}/{is_open}", get(lines_of_kind))
        .route("/orders/{order}/lines/{line}", get(lines));
    let attacked = |objects: &[&str], statements: &[Topic]| {
        let all = routes.inventory().iter().map(|route| {
            let mut results = RouteResults::new("GET", route.path());
            for class in AttackClass::ALL {
                results.add(class, |class| class.add_refusal(404, None));
            }
            results.with_objects(objects.iter().copied().map(str::to_owned).collect())
        });
        let results = results_of(&routes, all.collect());
        let topics = [&Topic::ALL[..], statements].concat();
        let report = report(&routes, &topics, Some(results));
        (gaps(&report), p3(&report))
    };
    let gap = "P3: objects: those of `line` not attacked on `GET /orders/{order}/lines/{line}`; attack them as objects with their own path, or state how access through the object of another caller is tested";
    // files of older versions do not record the objects
    for objects in [&["/orders/{id}"][..], &[]] {
        let (gaps, line) = attacked(objects, &[]);
        assert_eq!(gaps, [gap], "{objects:?}");
        assert_eq!(line["top_10"], json!(["API5:2023"]));
        assert_eq!(
            line["evidence"].as_array().unwrap()[3..],
            [
                json!(
                    "objects: refused to other owners on 2 of 3 endpoints with an identifier in the path"
                ),
                json!(
                    "objects: refused to other owners, those of `line` not attacked, on `GET /orders/{order}/lines/{line}`"
                ),
            ]
        );
    }
    let (complete, line) = attacked(&["/orders/{id}", LINE], &[]);
    assert_eq!(complete, [""; 0]);
    assert_eq!(line["top_10"], json!(["API1:2023", "API5:2023"]));
    let (stated, line) = attacked(&["/orders/{id}"], &[Topic::Objects(LINE)]);
    assert_eq!(stated, [""; 0]);
    assert_eq!(line["top_10"], json!(["API5:2023"]));
    assert_eq!(
        line["evidence"][4],
        "objects: refused to other owners, those of `line` not attacked, stated by Jane Doe, 2026-11-01, on `GET /orders/{order}/lines/{line}`"
    );
    let (unneeded, _) = attacked(&["/orders/{id}", LINE], &[Topic::Objects(LINE)]);
    assert_eq!(unneeded.len(), 1, "{unneeded:?}");
}

/// The shop is above the attacked object.
#[test]
fn identifier_above_an_attacked_object_needs_no_attack() {
    let routes: SecureRouter = SecureRouter::new().route("/shops/{shop}/orders/{id}", get(lines));
    let mut results = RouteResults::new("GET", "/shops/{shop}/orders/{id}");
    for class in AttackClass::ALL {
        results.add(class, |class| class.add_refusal(404, None));
    }
    let results = results.with_objects(vec!["/shops/{shop}/orders/{id}".to_owned()]);
    let results = results_of(&routes, vec![results]);
    assert_eq!(gaps(&report(&routes, &Topic::ALL, Some(results))), [""; 0]);
}
