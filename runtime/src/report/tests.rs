//! Tests of the security report.

#[cfg(feature = "attack")]
mod attacked;
mod counts;
mod demanded;
mod evidence;
mod excuses;
mod forms;
mod issuers;
#[cfg(feature = "serve")]
mod listener;
mod measured;
mod objects;
mod proof;
mod statements;
#[cfg(feature = "testing")]
mod tested_issuer;

use super::*;
use crate::evidence::{AttackClass, RouteResults};
use crate::lock::digests;
use crate::prelude::*;
use crate::report::proof::Proof;
use crate::report::standard::STANDARD;
use crate::{public, secured};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(skip)]
    #[secure(
        unvalidated = "printed </style><script>alert(1)</script> as *it* is | \u{202e}\n# end"
    )]
    note: String,
}

const CLERK: Role = Role::new("<img src=x onerror=alert(1)>");

#[public(reason = "a \"liveness\" probe & <b>nothing</b> else")]
async fn health() {}

#[secured(scopes = "orders:write", roles = CLERK)]
async fn create(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    format!("{} {}", order.quantity, order.note)
}

#[secured(scopes = "<orders:read>")]
async fn show(Path(_): Path<u32>) {}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/orders/{id}", get(show))
        .route("/orders", post(create))
        .route("/health", get(health))
}

/// Returns results of these routes, with the digests of their declarations.
fn results_of(routes: &SecureRouter, results: Vec<RouteResults>) -> AttackResults {
    let declared = |results: RouteResults| {
        let mut inventory = routes.inventory().iter();
        let route = inventory.find(|route| {
            let selection = route.selection().map(ToString::to_string);
            route.path() == results.path() && selection.as_deref() == results.selection()
        });
        let digest = route.and_then(|route| digests(route).remove(results.method()));
        results.declared_as(digest)
    };
    let results = AttackResults::new(results.into_iter().map(declared).collect());
    let results = results.with_commit("0123abc").unwrap();
    results.with_date("2026-11-29").unwrap()
}

/// Returns results in which every class of attacks was refused once on every route, except these.
fn results_without(missing: &[(&str, AttackClass)]) -> AttackResults {
    let routes = routes();
    let all = routes.inventory().iter().map(|route| {
        let mut results = RouteResults::new(route.methods()[0].as_str(), route.path());
        for class in AttackClass::ALL {
            if !missing.contains(&(route.path(), class)) {
                results.add(class, |class| class.add_refusal(401, None));
            }
        }
        results
    });
    results_of(&routes, all.collect())
}

fn statement(topic: Topic) -> Statement {
    Statement::new(topic, format!("the facts about {topic}"))
        .by("Jane Doe")
        .on("2026-11-01")
}

fn report<'a>(
    routes: &'a SecureRouter,
    topics: &[Topic],
    results: Option<AttackResults>,
) -> Report<'a> {
    let report = Report::new("Orders", routes.inventory());
    let report = topics
        .iter()
        .fold(report, |report, topic| report.statement(statement(*topic)));
    match results {
        Some(results) => report.attack_results(results),
        None => report,
    }
}

fn gaps(report: &Report<'_>) -> Vec<String> {
    report
        .require_complete()
        .map_or_else(|error| error.gaps().to_vec(), |()| Vec::new())
}

#[test]
fn complete_report_proves_or_states_all_twenty_lines() {
    let routes = routes();
    let report = report(&routes, &Topic::ALL, Some(results_without(&[])));
    assert_eq!(report.require_complete(), Ok(()));
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    let lines = json["standard"].as_array().unwrap();
    let ids: Vec<&str> = lines
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = ["P", "R"]
        .iter()
        .flat_map(|kind| (1..=10).map(move |at| format!("{kind}{at}")))
        .collect();
    assert_eq!(ids, expected);
    for line in lines {
        let status = line["status"].as_str().unwrap();
        let has_proof = STANDARD
            .iter()
            .any(|one| line["id"] == one.id && !one.attacks.is_empty());
        // a router knows no issuer that could be compared with the attacked one
        let is_of_issuer = ["P5", "R5", "R6", "R7"].contains(&line["id"].as_str().unwrap());
        let expected = match (has_proof, line["statement"].is_null()) {
            (true, _) if is_of_issuer => "declared",
            (true, _) => "proved",
            (false, false) => "stated",
            (false, true) => "declared",
        };
        assert_eq!(status, expected, "{line}");
        assert!(
            !line["evidence"].as_array().unwrap().is_empty()
                && !line["asvs"].as_array().unwrap().is_empty()
        );
    }
    let basis = lines[0]["basis"].as_str().unwrap();
    assert_eq!(
        basis,
        "proved by 6 refused attacks, commit 0123abc, 2026-11-29"
    );
    for (text, id) in [report.to_html(), report.to_markdown()]
        .iter()
        .flat_map(|text| ids.iter().map(move |id| (text, id)))
    {
        assert!(
            text.contains(&format!(" {id}")) || text.contains(&format!(">{id}<")),
            "{id}"
        );
    }
}

#[test]
fn removed_statement_is_a_gap_in_its_line() {
    let routes = routes();
    let complete = report(&routes, &Topic::ALL, Some(results_without(&[])));
    for missing in Topic::ALL {
        let topics: Vec<Topic> = Topic::ALL
            .into_iter()
            .filter(|topic| *topic != missing)
            .collect();
        let report = report(&routes, &topics, Some(results_without(&[])));
        let found = gaps(&report);
        let line = STANDARD
            .iter()
            .find(|line| line.topic == Some(missing))
            .unwrap();
        let start = format!("{}: missing statement about {missing}", line.id);
        assert!(
            found.len() == 1 && found[0].starts_with(&start),
            "{found:?}"
        );
        assert_ne!(report.to_html(), complete.to_html());
        assert!(
            report
                .to_html()
                .contains(&format!("<article class=\"line gap\" id=\"{}\">", line.id))
        );
    }
}

#[test]
fn removed_attack_result_is_a_gap() {
    let routes = routes();
    let mut removed = 0;
    for route in routes.inventory() {
        for class in AttackClass::ALL {
            let is_needed = STANDARD.iter().any(|line| {
                let proof = Proof::of(routes.inventory(), None, line.attacks);
                let name = format!("`{class}` on `{} {}`", route.methods()[0], route.path());
                proof.missing.iter().any(|gap| gap.contains(&name))
            });
            let has_objects = route.path().contains('{');
            let is_needed = is_needed || (class == AttackClass::OtherOwner && has_objects);
            let results = results_without(&[(route.path(), class)]);
            let found = gaps(&report(&routes, &Topic::ALL, Some(results)));
            assert_eq!(
                !found.is_empty(),
                is_needed,
                "{class} {}: {found:?}",
                route.path()
            );
            removed += usize::from(is_needed);
        }
    }
    assert!(removed > 20, "{removed}");
    let none = report(&routes, &Topic::ALL, None);
    assert!(gaps(&none).contains(&"R6: no attack results".to_owned()));
}

#[test]
fn admitted_attack_is_a_gap_unless_the_test_excuses_it() {
    let routes = routes();
    let with = |change: &dyn Fn(&mut crate::evidence::ClassResults)| {
        let all = results_without(&[("/orders/{id}", AttackClass::MissingScope)]);
        let mut all = all.routes().to_vec();
        let route = all
            .iter_mut()
            .find(|route| route.path() == "/orders/{id}")
            .unwrap();
        route.add(AttackClass::MissingScope, |class| {
            class.add_refusal(403, None);
            change(class);
        });
        let all = results_of(&routes, all);
        gaps(&report(&routes, &Topic::ALL, Some(all)))
    };
    let admitted = with(&|class| class.add_admission("a token without scopes".to_owned(), 200));
    assert!(
        admitted[0].starts_with("P3: admitted: `missing_scope` on `GET /orders/{id}`: a token"),
        "{admitted:?}"
    );
    let left_out = with(&|class| class.add_not_covered("no sample".to_owned()));
    assert!(left_out[0].contains("not covered"), "{left_out:?}");
    let excused = with(&|class| {
        class.add_admission("a token without scopes".to_owned(), 200);
        class.excuse_admissions("known until spring");
    });
    assert_eq!(excused, [""; 0]);
}

#[test]
fn statement_without_text_owner_or_date_is_a_gap() {
    let routes = routes();
    let all = |statement: Statement| {
        gaps(&report(&routes, &Topic::ALL, Some(results_without(&[]))).statement(statement))
    };
    let new = |text: &str| Statement::new(Topic::TlsTermination, text);
    for (statement, part) in [
        (new(" ").by("a").on("2026-11-01"), "text"),
        (new("a").on("2026-11-01"), "owner"),
        (new("a").by(" ").on("2026-11-01"), "owner"),
        (new("a").by("a"), "date in the form `YYYY-MM-DD`"),
        (
            new("a").by("a").on("1.11.2026"),
            "date in the form `YYYY-MM-DD`",
        ),
        (
            new("a").by("a").on("2026-13-01"),
            "date in the form `YYYY-MM-DD`",
        ),
        (
            new("a").by("a").on("2026-02-31"),
            "date in the form `YYYY-MM-DD`",
        ),
        (
            new("a").by("a").on("2026-1-1"),
            "date in the form `YYYY-MM-DD`",
        ),
    ] {
        assert_eq!(
            all(statement),
            [format!(
                "R1: the statement about TLS termination has no {part}"
            )]
        );
    }
}

/// Reasons, names and statements come from people, and end in pages that other people open.
#[test]
fn text_of_the_api_is_never_markup() {
    let routes = routes();
    let evil = "\"'><script>alert(1)</script>\u{202e}\0[a](javascript:x)";
    let report = Report::new(evil, routes.inventory())
        .statement(Statement::new(Topic::Pkce, evil).by(evil).on(evil))
        .attack_results(results_without(&[]));
    let html = report.to_html();
    for part in ["<script", "<img", "<b>nothing", "\u{202e}", "\0"] {
        assert!(!html.contains(part), "{part:?}");
    }
    assert_eq!(html.matches("</style>").count(), 1);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}"));
    let markdown = report.to_markdown();
    for part in [
        "<script", "<img", "<b>", "[a](", "\u{202e}", "\0", "\n# end", "*it*",
    ] {
        assert!(!markdown.contains(part), "{part:?}");
    }
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["title"], evil);
}

#[test]
fn report_lists_exceptions_with_reasons_and_is_deterministic() {
    let routes = routes();
    let report = report(&routes, &Topic::ALL, Some(results_without(&[])));
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    let endpoints = json["endpoints"].as_array().unwrap();
    let paths: Vec<_> = endpoints
        .iter()
        .map(|endpoint| endpoint["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["/health", "/orders", "/orders/{id}"]);
    assert!(
        endpoints[1]["exceptions"][0]
            .as_str()
            .unwrap()
            .starts_with("unvalidated field /note in the body: printed")
    );
    assert_eq!(
        endpoints[0]["public_because"],
        "a \"liveness\" probe & <b>nothing</b> else"
    );
    assert_eq!(report.to_html(), report.clone().to_html());
    assert_eq!(report.to_markdown(), report.clone().to_markdown());
}

#[cfg(feature = "authorization-server")]
#[tokio::test]
async fn authorization_server_is_evidence_instead_of_statements_about_it() {
    use crate::relying_party::SealingKey;
    use crate::relying_party::vault::{MemoryStore, TokenVault};
    use crate::testing::EmbeddedIssuer;
    use crate::{Algorithm, Issuer, ResourceServer};

    const AUDIENCE: &str = "https://orders.example";
    let key = SealingKey::generate().unwrap();
    let vault = TokenVault::create(MemoryStore::new(), key).await.unwrap();
    let server = AuthorizationServer::builder("https://login.example", vault)
        .resource(AUDIENCE, "orders:write")
        .id_token_algorithm(Algorithm::EdDSA)
        .access_token_lifetime(std::time::Duration::from_mins(5));
    let server = server.build().await.unwrap();
    let key = SealingKey::generate().unwrap();
    let vault = TokenVault::create(MemoryStore::new(), key).await.unwrap();
    let pushed = AuthorizationServer::builder("https://login.example", vault)
        .resource(AUDIENCE, "orders:write")
        .id_token_algorithm(Algorithm::EdDSA)
        .require_pushed_requests();
    let pushed = pushed.build().await.unwrap();
    for (issuer, enforces) in [
        ("https://login.example", true),
        ("https://other.example", false),
    ] {
        let keys = EmbeddedIssuer::new(issuer).jwks();
        let trusted = Issuer::new(issuer).audience(AUDIENCE).jwks(keys);
        let api = ResourceServer::builder().trust(trusted).build().await;
        let api = routes().protect(api.unwrap());
        let without = Report::new("Orders", api.inventory());
        let with = without.clone().authorization_server(&server);
        for id in ["R3: ", "R4: ", "R10: "] {
            let is_gap = |report: &Report<'_>| gaps(report).iter().any(|gap| gap.starts_with(id));
            assert!(is_gap(&without), "{id}");
            assert_eq!(is_gap(&with), !enforces, "{id}");
        }
        assert!(gaps(&with).iter().any(|gap| gap.starts_with("R1: ")));
        let text = with.to_markdown();
        for evidence in ["byte by byte", "live 300 s", "S256"] {
            assert!(text.contains(evidence), "{text}");
        }
        let pushed = without.clone().authorization_server(&pushed);
        for (text, is_pushed) in [(text, false), (pushed.to_markdown(), true)] {
            assert_eq!(text.contains("each request is pushed"), is_pushed, "{text}");
        }
    }
    // a router trusts no issuer, so that no server is known to be the one of its tokens
    let routes = routes();
    let report = Report::new("Orders", routes.inventory()).authorization_server(&server);
    for id in ["R3: ", "R4: ", "R10: "] {
        assert!(gaps(&report).iter().any(|gap| gap.starts_with(id)), "{id}");
    }
}
