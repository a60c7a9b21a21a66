//! Changes between two files: each has exactly these sentences.

use crate::lock::Lock;

const LIMITS: &str = "limits body_limit=1B body_timeout=1ms body_idle_timeout=1ms timeout=1ms header_limit=1 parameter_limit=1 part_limit=1";

/// Parses blocks; `LIMITS` stands for the limits.
fn lock(blocks: &str) -> Lock {
    let text = format!("version 2\n\n{}", blocks.replace("LIMITS", LIMITS));
    text.parse()
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn assert_sentences(old: &str, new: &str, expected: &[&str]) {
    let comparison = lock(old).compare(&lock(new));
    let sentences = comparison.changes().iter().map(ToString::to_string);
    assert_eq!(sentences.collect::<Vec<_>>(), expected);
}

fn route(title: &str, access: &str) -> String {
    format!("{title}\n  access {access}\n  LIMITS\n")
}

#[test]
fn stronger_facts_of_a_route_have_their_sentences() {
    let plain = route("GET /a", "a");
    let with = |line: &str| format!("{plain}  {line}\n");
    for (old, new, sentence) in [
        (
            with("tickets"),
            plain.clone(),
            "stronger: `GET /a`: a ticket in the query is no longer accepted",
        ),
        (
            with("input body optional\n    opaque"),
            with("input body\n    opaque"),
            "stronger: `GET /a`: a request without the body is no longer accepted",
        ),
        (
            with("input body \"text/a\" \"text/b\"\n    opaque"),
            with("input body \"text/a\"\n    opaque"),
            "stronger: `GET /a`: a body of the media type \"text/b\" is no longer accepted",
        ),
        (
            with("input body \"text/a\"\n    opaque"),
            with("input body \"text/a\" \"text/b\"\n    opaque"),
            "weaker: `GET /a`: a body of the media type \"text/b\" is now accepted",
        ),
        (
            with("input body\n    . {}"),
            with("input body\n    opaque"),
            "weaker: `GET /a`: no known rule limits the body any more",
        ),
        (
            with("input body\n    opaque"),
            with("input body\n    . {}"),
            "stronger: `GET /a`: known rules now limit the body",
        ),
    ] {
        assert_sentences(&old, &new, &[sentence]);
    }
}

#[test]
fn validation_and_token_limit_of_an_issuer_have_their_sentences() {
    let issuer = |validation: &str, limit: u32| {
        format!(
            "issuer https://a.example\n  validation \"{validation}\"\n  clock_skew 0ms\n  roles_claim /roles\n  \
             token_limit {limit}B\n  grants everything\n"
        )
    };
    assert_sentences(
        &issuer("one", 8),
        &issuer("two", 8),
        &[
            "incomparable, counts as weaker: issuer `https://a.example`: its tokens were validated by \"one\", now by \"two\"",
        ],
    );
    assert_sentences(
        &issuer("one", 8),
        &issuer("one", 9),
        &["weaker: issuer `https://a.example`: a token of 9 bytes is now read"],
    );
    assert_sentences(
        &issuer("one", 9),
        &issuer("one", 8),
        &["stronger: issuer `https://a.example`: a token of 9 bytes is no longer read"],
    );
}

#[test]
fn keyword_that_is_new_or_gone_has_its_sentence() {
    let body = |schema: &str| format!("{}  input body\n    . {schema}\n", route("GET /a", "a"));
    for (old, new, sentence) in [
        (
            "{}",
            r#"{"type":["string"]}"#,
            "stronger: `GET /a`: the body: a value of any type is no longer accepted",
        ),
        (
            r#"{"type":["string"]}"#,
            "{}",
            "weaker: `GET /a`: the body: a value of any type is now accepted",
        ),
        (
            "{}",
            r#"{"enum":[1]}"#,
            "stronger: `GET /a`: the body: a value outside the new list is no longer accepted",
        ),
        (
            r#"{"enum":[1,2]}"#,
            r#"{"enum":[1]}"#,
            "stronger: `GET /a`: the body: the value `2` is no longer accepted",
        ),
        (
            "{}",
            r#"{"required":["b"]}"#,
            "stronger: `GET /a`: `/b` in the body: a request without it is no longer accepted",
        ),
        (
            "{}",
            r#"{"not":{"enum":[1]}}"#,
            "stronger: `GET /a`: the body: its rule `not` is new",
        ),
        (
            r#"{"not":[1]}"#,
            r#"{"not":[1,2]}"#,
            "incomparable, counts as weaker: `GET /a`: the body: its rule `not` changed",
        ),
        (
            "{}",
            r#"{"allOf":[{"not":{"enum":[1]}}]}"#,
            "stronger: `GET /a`: the body: its rule `allOf` is new",
        ),
        (
            r#"{"allOf":[{"oneOf":[{"required":["b"]}]}]}"#,
            r#"{"allOf":[{"oneOf":[{"maximum":1},{"required":["b"]}]}]}"#,
            "incomparable, counts as weaker: `GET /a`: the body: its rule `allOf` changed",
        ),
        (
            r#"{"allOf":[{"oneOf":[{"required":["b"]},{"required":["c","d"]}]}]}"#,
            r#"{"allOf":[{"oneOf":[{"required":["b"]},{"required":["c"]}]}]}"#,
            "incomparable, counts as weaker: `GET /a`: the body: its rule was `allOf`, is \"exactly one of `b` and `c`\"",
        ),
        (
            r#"{"items":{"maximum":1},"prefixItems":[{"maximum":1}]}"#,
            r#"{"items":{"maximum":1}}"#,
            "",
        ),
        (
            r#"{"items":{"maximum":1}}"#,
            r#"{"items":{"maximum":1},"prefixItems":[{"maximum":1}]}"#,
            "",
        ),
    ] {
        let expected: Vec<&str> = [sentence]
            .into_iter()
            .filter(|one| !one.is_empty())
            .collect();
        assert_sentences(&body(old), &body(new), &expected);
    }
}

#[test]
fn reference_without_a_definition_is_not_the_same() {
    let body = |maximum: u32| {
        format!(
            "{}  input body\n    . {{\"maximum\":{maximum},\"not\":{{\"not\":{{\"$ref\":1}}}}}}\n",
            route("GET /a", "a")
        )
    };
    let sentences = lock(&body(1)).compare(&lock(&body(2))).to_string();
    assert!(sentences.contains("its rule `not` changed"), "{sentences}");
}

/// The access of a route with more alternatives than the comparison has.
fn large(name: &str) -> String {
    let each = (0..10).map(|at| format!("any(a{at}, {name}{at})"));
    format!("all({})", each.collect::<Vec<_>>().join(", "))
}

#[test]
fn large_access_of_next_and_of_moved_requests_is_incomparable() {
    let next = |name: &str| format!("{}  next {}\n", route("GET /a", "a"), large(name));
    let text = lock(&next("b")).compare(&lock(&next("c"))).to_string();
    let start = "incomparable, counts as weaker: `GET /a`: its access has more than 512 alternatives, which are not compared, `next` was `all(any(a0, b0), ";
    assert!(text.starts_with(start) && !text.contains('\n'), "{text}");

    let general = route("GET /a/{id}", &large("b"));
    let special = route("GET /a/x", &large("c"));
    let text = lock(&format!("{general}\n{special}"))
        .compare(&lock(&general))
        .to_string();
    assert!(
        text.starts_with("incomparable, counts as weaker: `GET /a/x`: its access has more than 512 alternatives, which are not compared, it was `all(any(a0, c0), "),
        "{text}"
    );
}

/// The route that handles the requests of one that is gone, and admits every caller.
#[test]
fn route_that_is_gone_uncovers_the_most_specific_one() {
    for (gone, others, uncovered) in [
        // literal segments before parameters, a parameter before a wildcard, and a route before a fallback
        (
            "GET /a/b/c",
            &["GET /a/b/{id}", "GET /a/{b}/{id}"][..],
            Some("GET /a/b/{id}"),
        ),
        (
            "GET /a/b",
            &["GET /a/{*rest}", "GET /a/{id}"],
            Some("GET /a/{id}"),
        ),
        ("GET /a/b", &["* \"\"", "GET /a/{id}"], Some("GET /a/{id}")),
        ("GET /a/b", &["* \"\"", "* /a"], Some("* /a")),
        ("HEAD /a/b", &["GET /a/{id}"], Some("GET /a/{id}")),
        ("GET /a/{*rest}", &["GET /{*rest}"], Some("GET /{*rest}")),
        (
            "GET /a/v7",
            &["GET /a/v{id}", "GET /a/{id}"],
            Some("GET /a/v{id}"),
        ),
        (
            "GET /a/v{id}",
            &["GET /a/{id}", "GET /b/{id}"],
            Some("GET /a/{id}"),
        ),
        (
            "GET /{{a}}/b",
            &["GET /{{a}}/{id}", "GET /{x}/{id}"],
            Some("GET /{{a}}/{id}"),
        ),
        ("GET /a/v", &["GET /a/v{id}"], None),
        ("GET /a/{id}", &["GET /a/v{id}"], None),
        ("GET /a/{{id}}", &["GET /a/{{x}}"], None),
        // axum's parameters and wildcards match no empty segment
        ("GET /a/", &["GET /a/{id}"], None),
        ("GET /a/", &["GET /a/{*rest}"], None),
        ("GET /a/{*rest}", &["GET /a/{id}"], None),
        ("GET /a/b", &["GET /a/b/{id}"], None),
        ("GET /a/b/c", &["GET /a/{id}"], None),
        ("GET /ab", &["* /a"], None),
        ("POST /a/b", &["GET /a/{id}"], None),
        ("GET /a/b", &["GET /a/{id} when x-kind \"one\""], None),
    ] {
        let others: Vec<String> = others.iter().map(|title| route(title, "public")).collect();
        let others = others.join("\n");
        let all = format!("{others}\n{}", route(gone, "a"));
        let comparison = lock(&all).compare(&lock(&others));
        let weaker: Vec<String> = comparison
            .changes()
            .iter()
            .filter(|change| change.verdict().is_weaker())
            .map(ToString::to_string)
            .collect();
        let expected = uncovered.map(|title| {
            format!("weaker: `{gone}`: a caller without a token is now admitted: its requests now reach `{title}`")
        });
        assert_eq!(weaker, Vec::from_iter(expected), "{gone}: {others}");
    }
}
