//! The attacks that each route needs, and the status of a line.

use super::*;
use crate::evidence::ClassResults;
use crate::report::measured::Measured;

/// Returns the classes that a route needs, as the gaps of a report without results for them.
fn needed(routes: &SecureRouter) -> Vec<String> {
    let proof = Proof::of(routes.inventory(), None, &AttackClass::ALL);
    let mut missing = proof.missing;
    missing.sort();
    missing
}

fn expected(endpoint: &str, classes: &[AttackClass]) -> Vec<String> {
    let gap = |class: &AttackClass| format!("no result of `{class}` on `{endpoint}`");
    let mut gaps: Vec<String> = classes.iter().map(gap).collect();
    gaps.sort();
    gaps
}

#[secured(authenticated)]
async fn whoami() {}

#[secured(roles = CLERK)]
async fn clerks() {}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[garde(length(chars, max = 5))]
    name: Option<String>,
}

#[secured(scopes = "orders:read")]
async fn search(Valid(Query(filter)): Valid<Query<Filter>>) -> String {
    filter.name.unwrap_or_default()
}

#[secured(authenticated)]
async fn unbounded(Path(_): Path<bool>) {}

#[test]
fn route_needs_the_attacks_on_its_declaration_and_input() {
    use AttackClass as C;

    let every = [C::Method, C::PathSpelling, C::Oversize];
    let token = [C::NoToken, C::BrokenToken, C::OtherIssuer, C::EarlyRefusal];
    let one = |path: &str, method| SecureRouter::new().route(path, method);
    for (routes, endpoint, classes) in [
        (one("/health", get(health)), "GET /health", every.to_vec()),
        (
            one("/whoami", get(whoami)),
            "GET /whoami",
            [&every[..], &token].concat(),
        ),
        (
            one("/clerks", get(clerks)),
            "GET /clerks",
            [&every[..], &token, &[C::MissingRole]].concat(),
        ),
        (
            one("/search", get(search)),
            "GET /search",
            [
                &every[..],
                &token,
                &[C::MissingScope, C::UnknownMember, C::Bound],
            ]
            .concat(),
        ),
        (
            one("/orders", post(create)),
            "POST /orders",
            [
                &every[..],
                &token,
                &[
                    C::MissingScope,
                    C::MissingRole,
                    C::MediaType,
                    C::SlowBody,
                    C::UnknownMember,
                    C::Bound,
                ],
            ]
            .concat(),
        ),
        (
            one("/orders/{id}", get(unbounded)),
            "GET /orders/{id}",
            [&every[..], &token].concat(),
        ),
    ] {
        assert_eq!(needed(&routes), expected(endpoint, &classes));
    }
}

/// A UUID has a pattern and no other bound.
#[cfg(feature = "uuid")]
#[test]
fn route_whose_input_has_a_pattern_needs_the_attack_on_it() {
    #[secured(authenticated)]
    async fn one(Path(_): Path<uuid::Uuid>) {}

    let routes = SecureRouter::new().route("/orders/{id}", get(one));
    let bound = "no result of `bound` on `GET /orders/{id}`".to_owned();
    assert!(needed(&routes).contains(&bound));
}

#[cfg(feature = "relying-party")]
#[test]
fn route_with_login_needs_the_attacks_on_its_session_and_its_token() {
    use AttackClass as C;

    #[secured(login)]
    async fn page() {}

    #[secured(any(login, scopes = "orders:read"))]
    async fn both() {}

    let every = [C::Method, C::PathSpelling, C::Oversize];
    let routes = SecureRouter::new().route("/page", get(page));
    let session = [C::NoToken, C::BrokenToken, C::EarlyRefusal];
    assert_eq!(
        needed(&routes),
        expected("GET /page", &[&every[..], &session].concat())
    );
    let routes = SecureRouter::new().route("/both", get(both));
    let token = [
        C::NoToken,
        C::BrokenToken,
        C::OtherIssuer,
        C::EarlyRefusal,
        C::MissingScope,
    ];
    assert_eq!(
        needed(&routes),
        expected("GET /both", &[&every[..], &token].concat())
    );
}

/// The attack kit attacks both, and `require_complete` must not pass with what they admit.
#[test]
fn attacks_that_fallbacks_and_routes_beside_the_api_admit_are_gaps() {
    let routes: SecureRouter = SecureRouter::new()
        .route("/health", get(health))
        .fallback(whoami);
    let missing = |method: &str, path: &str, excuse: Option<&str>| {
        let mut results = RouteResults::new(method, path);
        results.add(AttackClass::NoToken, |class| {
            class.add_refusal(401, None);
            class.add_admission("no token".to_owned(), 200);
            if let Some(reason) = excuse {
                class.excuse_admissions(reason);
            }
        });
        let proof = proof_of(&routes, vec![results], AttackClass::NoToken);
        (proof.missing, proof.excused)
    };
    let none = Vec::<String>::new;
    assert_eq!(
        missing("*", "", None),
        (
            vec!["admitted: `no_token` on `* /`: no token".to_owned()],
            none()
        )
    );
    assert_eq!(
        missing("POST", "/legacy", None),
        (
            vec!["admitted: `no_token` on `POST /legacy`: no token".to_owned()],
            none()
        )
    );
    assert_eq!(
        missing("POST", "/legacy", Some("until spring")),
        (
            none(),
            vec!["`no_token` on `POST /legacy`: until spring".to_owned()]
        )
    );
}

/// Returns the proof of one class.
pub(super) fn proof_of(
    routes: &SecureRouter,
    results: Vec<RouteResults>,
    class: AttackClass,
) -> Proof {
    let results = results_of(routes, results);
    let measured = Measured::of(routes.inventory(), &results);
    Proof::of(routes.inventory(), Some(&measured), &[class])
}

fn proof(change: impl FnOnce(&mut ClassResults)) -> Proof {
    let routes: SecureRouter = SecureRouter::new().route("/health", get(health));
    let mut results = RouteResults::new("GET", "/health");
    results.add(AttackClass::Method, change);
    proof_of(&routes, vec![results], AttackClass::Method)
}

#[test]
fn proof_counts_refusals_and_lists_missing_results() {
    let refused = proof(|class| {
        class.add_refusal(405, None);
        class.add_refusal(405, None);
    });
    assert_eq!((refused.refused, refused.missing.len()), (2, 0));
    assert!(refused.is_applicable);

    let nothing = proof(|_| {});
    assert_eq!(
        nothing.missing,
        ["no attack was sent: `method` on `GET /health`"]
    );

    let left_out = proof(|class| class.add_not_covered("no sample".to_owned()));
    assert_eq!(
        left_out.missing,
        ["not covered: `method` on `GET /health`: no sample"]
    );

    let admitted = proof(|class| class.add_admission("TRACE".to_owned(), 200));
    assert_eq!(
        admitted.missing,
        ["admitted: `method` on `GET /health`: TRACE"]
    );
    assert_eq!(admitted.excused, [""; 0]);

    let excused = proof(|class| {
        class.add_refusal(405, None);
        class.add_admission("TRACE".to_owned(), 200);
        class.excuse_admissions("known until spring");
    });
    assert_eq!((excused.refused, excused.missing.len()), (1, 0));
    assert_eq!(
        excused.excused,
        ["`method` on `GET /health`: known until spring"]
    );

    let one_of_two = proof(|class| {
        class.add_admission("TRACE".to_owned(), 200);
        class.add_admission("ATTACK".to_owned(), 200);
        class.excuse_admission("TRACE", "known until spring");
    });
    assert_eq!(
        one_of_two.missing,
        ["admitted: `method` on `GET /health`: ATTACK"]
    );
    assert_eq!(
        one_of_two.excused,
        ["`method` on `GET /health`: known until spring"]
    );
}

/// Each handler of a `HeaderRouter` needs its own proof.
#[test]
fn handlers_that_header_fields_choose_are_proved_one_by_one() {
    use crate::routing::{HeaderRouter, MethodFilter, on_headers};

    let operations = HeaderRouter::new(["operation"])
        .route(["show"], whoami)
        .route(["delete"], clerks);
    let routes: SecureRouter =
        SecureRouter::new().route("/rpc", on_headers(MethodFilter::POST, operations));
    let of = |operation: &str, change: &dyn Fn(&mut ClassResults)| {
        let selection = Some(format!("operation: {operation}"));
        let mut results = RouteResults::new("POST", "/rpc").selected_by(selection);
        results.add(AttackClass::NoToken, change);
        results
    };
    let refuse = |class: &mut ClassResults| class.add_refusal(401, None);
    let admit = |class: &mut ClassResults| class.add_admission("no token".to_owned(), 200);
    let missing = |all: Vec<RouteResults>| proof_of(&routes, all, AttackClass::NoToken).missing;
    let both = vec![of("show", &refuse), of("delete", &refuse)];
    assert_eq!(missing(both), [""; 0]);
    assert_eq!(
        missing(vec![of("show", &refuse), of("delete", &admit)]),
        ["admitted: `no_token` on `POST /rpc for operation: delete`: no token"]
    );
    assert_eq!(
        missing(vec![of("show", &refuse)]),
        ["no result of `no_token` on `POST /rpc for operation: delete`"]
    );
}

#[test]
fn excused_attack_is_shown_with_its_reason() {
    let routes: SecureRouter = SecureRouter::new().route("/health", get(health));
    let mut results = RouteResults::new("GET", "/health");
    results.add(AttackClass::Method, |class| {
        class.add_admission("TRACE <b>".to_owned(), 200);
        class.excuse_admissions("known until <i>spring</i>");
    });
    let results = results_of(&routes, vec![results]);
    let report = Report::new("Orders", routes.inventory()).attack_results(results);
    let html = report.to_html();
    assert!(html.contains("<p>Attacks that the test excuses:</p><ul><li>`method` on `GET /health`: known until &lt;i&gt;spring&lt;/i&gt;</li></ul>"), "{html}");
    assert!(html.contains("<li>admitted: method: TRACE &lt;b&gt; (excused: known until &lt;i&gt;spring&lt;/i&gt;)</li>"), "{html}");
    assert!(report.to_markdown().contains(
        "- Excused: \\`method\\` on \\`GET /health\\`\\: known until &lt;i&gt;spring&lt;/i&gt;"
    ));
}

/// The text beside each line: its status, its proof, and its gaps.
#[test]
fn line_states_its_status_and_basis() {
    let routes = routes();
    let basis = |report: &Report<'_>, at: usize| {
        let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
        let line = &json["standard"][at];
        (
            line["status"].as_str().unwrap().to_owned(),
            line["basis"].as_str().unwrap().to_owned(),
        )
    };
    let known = |status: &str, basis: &str| (status.to_owned(), basis.to_owned());
    let all = report(&routes, &Topic::ALL, Some(results_without(&[])));
    let (p7, p9, r8) = (6, 8, 17);
    assert_eq!(
        basis(&all, p7),
        known("stated", "stated by Jane Doe, 2026-11-01")
    );
    assert_eq!(basis(&all, p9), known("declared", "declared"));
    let (status, text) = basis(&all, r8);
    assert_eq!(status, "proved");
    assert!(
        text.starts_with("proved by ")
            && text.ends_with(
                " refused attacks, commit 0123abc, 2026-11-29; stated by Jane Doe, 2026-11-01"
            ),
        "{text}"
    );

    let without = report(&routes, &[], None);
    assert_eq!(
        basis(&without, p7),
        known("gap", "1 gap, otherwise declared")
    );
    assert_eq!(
        basis(&without, r8),
        known("gap", "2 gaps, otherwise declared")
    );
    assert!(
        without
            .to_html()
            .contains("<p class=\"source\">Without attack results.</p>")
    );
    assert!(
        without
            .to_markdown()
            .contains("\nWithout attack results.\n")
    );

    let results = AttackResults::new(results_without(&[]).routes().to_vec());
    let undated = report(&routes, &[], Some(results));
    let (status, text) = basis(&undated, r8);
    assert_eq!(status, "gap");
    assert!(
        text.starts_with("1 gap, otherwise declared; ")
            && text.ends_with(" refused attacks, commit unknown, date unknown"),
        "{text}"
    );

    // no route has a class of attacks that the line needs
    let public: SecureRouter = SecureRouter::new().fallback(health);
    let unattacked = report(&public, &Topic::ALL, Some(AttackResults::new(Vec::new())));
    assert_eq!(basis(&unattacked, 0), known("declared", "declared"));
    assert_eq!(
        basis(&unattacked, r8),
        known("declared", "declared; stated by Jane Doe, 2026-11-01")
    );
    assert_eq!(unattacked.require_complete(), Ok(()));
}

#[test]
fn page_counts_its_lines_endpoints_and_gaps() {
    let routes = routes();
    let complete = report(&routes, &Topic::ALL, Some(results_without(&[]))).to_html();
    for text in [
        "<li class=\"proved\"><strong>8</strong> proved</li>",
        "<li class=\"declared\"><strong>5</strong> declared</li>",
        "<li class=\"stated\"><strong>7</strong> stated</li>",
        "<li class=\"gap\"><strong>0</strong> with gaps</li>",
        "<li><strong>3</strong> endpoints</li><li><strong>1</strong> public</li>",
        "<p class=\"source\">Attacked at commit <code>0123abc</code>, date 2026-11-29.</p>",
    ] {
        assert!(complete.contains(text), "{text}: {complete}");
    }
    assert!(!complete.contains("<section class=\"gaps\""));
    let one = report(&routes, &Topic::ALL[1..], Some(results_without(&[]))).to_html();
    assert!(
        one.contains("<h2 id=\"gaps\">1 gap</h2>\n<details open>"),
        "{one}"
    );
    let endpoint: SecureRouter = SecureRouter::new().route("/health", get(health));
    let html = report(&endpoint, &[], None).to_html();
    assert!(
        html.contains("<li><strong>1</strong> endpoint</li><li>"),
        "{html}"
    );
}

#[test]
fn incomplete_report_lists_its_gaps() {
    let routes = routes();
    let error = report(&routes, &Topic::ALL[2..], Some(results_without(&[])))
        .require_complete()
        .unwrap_err();
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "the security report has 2 gaps");
    assert!(
        lines[1].starts_with("  P7: missing statement about separation of duties: which people "),
        "{text}"
    );
    assert!(
        lines[2].starts_with("  P10: missing statement about security fixes: how "),
        "{text}"
    );
    let error = report(&routes, &Topic::ALL[1..], Some(results_without(&[])))
        .require_complete()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the security report has 1 gap\n")
    );
}

#[test]
fn later_statement_about_a_topic_replaces_the_earlier_one() {
    let routes = routes();
    let later = Statement::new(Topic::Pkce, "a later text")
        .by("John")
        .on("2026-11-02");
    let text = report(&routes, &Topic::ALL, None)
        .statement(later)
        .to_markdown();
    assert!(
        text.contains("- Statement about PKCE: a later text (John, 2026-11-02)"),
        "{text}"
    );
    assert!(!text.contains("the facts about PKCE"));
}
