//! The three forms of a document: every text is text, and an absent part leaves no trace.

use std::cell::Cell;

use serde_json::Value;

use super::*;
use crate::report::document::Endpoint;
use crate::report::issuer::IssuerView;
use crate::report::line::{Line, StatementView, Status};
use crate::report::listener::ListenerView;
use crate::report::text::{Html, Markdown};
use crate::report::{html, markdown};

/// The end of every text.
const HOSTILE: &str = "<script>&\"'|`*_[x](y)<!--\n# z\r\u{202e}\u{0}~";

/// Creates texts with a distinct start.
#[derive(Default)]
struct Texts(Cell<usize>);

impl Texts {
    fn text(&self) -> String {
        self.0.set(self.0.get() + 1);
        format!("Q{}Q{HOSTILE}", self.0.get())
    }

    fn list(&self) -> Vec<String> {
        vec![self.text(), self.text()]
    }

    fn statement(&self) -> StatementView {
        StatementView {
            topic: self.text(),
            text: self.text(),
            owner: self.text(),
            date: self.text(),
        }
    }

    fn constant(&self) -> &'static str {
        Box::leak(self.text().into_boxed_str())
    }

    fn line(&self, id: &'static str, status: Status) -> Line {
        Line {
            id,
            title: self.constant(),
            asks: self.constant(),
            asvs: &["1.1.1"],
            top_10: vec!["API8:2023"],
            status,
            basis: self.text(),
            evidence: self.list(),
            statement: Some(self.statement()),
            object_statements: vec![self.statement(), self.statement()],
            excused: self.list(),
            gaps: self.list(),
        }
    }
}

/// Returns a document in which every text comes from an attacker, and their number.
fn hostile() -> (Document, usize) {
    let texts = Texts::default();
    let document = Document {
        title: texts.text(),
        has_results: true,
        commit: Some(texts.text()),
        date: Some(texts.text()),
        gaps: texts.list(),
        standard: vec![
            texts.line("P1", Status::Gap),
            texts.line("R1", Status::Proved),
        ],
        endpoints: vec![Endpoint {
            method: texts.text(),
            path: texts.text(),
            handler: texts.text(),
            access: texts.text(),
            public_because: Some(texts.text()),
            checks: texts.list(),
            limits: texts.list(),
            exceptions: texts.list(),
            refused_attacks: 3,
            attack_gaps: texts.list(),
            objects: Some(texts.text()),
        }],
        issuers: vec![IssuerView {
            url: texts.text(),
            audiences: texts.list(),
            validation: texts.text(),
            algorithms: texts.list(),
            keys: texts.list(),
            max_key_age: Some(texts.text()),
            clock_skew: texts.text(),
            roles_claim: texts.text(),
            introspection: Some(texts.text()),
            grants: texts.text(),
            relaxations: texts.list(),
        }],
        checks_revocations: true,
        listener: Some(ListenerView {
            transport: texts.text(),
            client_certificates: Some(texts.text()),
            proxies: Some(texts.text()),
            probes: texts.list(),
            limits: texts.list(),
        }),
        hosts: Some(texts.list()),
        resource: Some(texts.text()),
        undeclared: texts.list(),
        relaxations: texts.list(),
        unreachable: texts.list(),
    };
    (document, texts.0.get())
}

/// Returns a document without any optional part.
fn bare() -> Document {
    Document {
        title: "Bare".to_owned(),
        has_results: false,
        commit: None,
        date: None,
        gaps: Vec::new(),
        standard: vec![Line {
            id: "P1",
            title: "a title",
            asks: "a demand",
            asvs: &["1.1.1"],
            top_10: vec!["API8:2023"],
            status: Status::Declared,
            basis: "declared".to_owned(),
            evidence: Vec::new(),
            statement: None,
            object_statements: Vec::new(),
            excused: Vec::new(),
            gaps: Vec::new(),
        }],
        endpoints: vec![Endpoint {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            handler: "root".to_owned(),
            access: "public".to_owned(),
            public_because: None,
            checks: Vec::new(),
            limits: Vec::new(),
            exceptions: Vec::new(),
            refused_attacks: 0,
            attack_gaps: Vec::new(),
            objects: None,
        }],
        issuers: vec![IssuerView {
            url: "https://login.example".to_owned(),
            audiences: Vec::new(),
            validation: "a profile".to_owned(),
            algorithms: Vec::new(),
            keys: Vec::new(),
            max_key_age: None,
            clock_skew: "0 seconds".to_owned(),
            roles_claim: "/roles".to_owned(),
            introspection: None,
            grants: "everything".to_owned(),
            relaxations: Vec::new(),
        }],
        checks_revocations: false,
        listener: Some(ListenerView {
            transport: "plain".to_owned(),
            client_certificates: None,
            proxies: None,
            probes: Vec::new(),
            limits: Vec::new(),
        }),
        hosts: None,
        resource: None,
        undeclared: Vec::new(),
        relaxations: Vec::new(),
        unreachable: Vec::new(),
    }
}

/// Asserts that a form has these texts, each followed by the escaped end wherever it appears.
fn assert_escaped(form: &str, texts: impl Iterator<Item = usize>, end: &str) {
    for text in texts {
        let start = format!("Q{text}Q");
        let mut parts = form.split(&start).skip(1).peekable();
        assert!(parts.peek().is_some(), "{start} is missing: {form}");
        for part in parts {
            let found: String = part.chars().take(end.len()).collect();
            assert!(part.starts_with(end), "{start}: {found}");
        }
    }
}

/// Returns the numbers of some texts.
fn positions(texts: &[&String]) -> Vec<usize> {
    let number = |text: &&String| text[1..].split('Q').next().unwrap().parse().unwrap();
    texts.iter().map(number).collect()
}

#[test]
fn every_text_of_a_document_is_text_in_each_form() {
    let (document, count) = hostile();
    // the facts about hosts, the resource and reachability are in the evidence of the lines
    let hosts = document.hosts.iter().flatten();
    let elsewhere: Vec<&String> = hosts
        .chain(&document.resource)
        .chain(&document.unreachable)
        .collect();
    let elsewhere = positions(&elsewhere);
    let page = html::Page(&document).to_string();
    let shown = (1..=count).filter(|text| !elsewhere.contains(text));
    assert_escaped(&page, shown, &Html(HOSTILE).to_string());
    assert!(!page.contains("<script") && !page.contains("<!--"));

    let not_in_markdown = positions(&[&document.endpoints[0].handler]);
    let page = markdown::Page(&document).to_string();
    let shown =
        (1..=count).filter(|text| !elsewhere.contains(text) && !not_in_markdown.contains(text));
    assert_escaped(&page, shown, &Markdown(HOSTILE).to_string());
    for (columns, start) in [(3, "| P1"), (3, "| R1"), (6, "| Q")] {
        let row = page.lines().find(|line| line.starts_with(start)).unwrap();
        let cells = row.replace("\\|", "").matches('|').count();
        assert_eq!(cells, columns + 1, "{row}");
    }

    let json: Value = serde_json::from_str(&json::to_text(&document)).unwrap();
    let mut found = Vec::new();
    strings(&json, &mut found);
    for text in 1..=count {
        let expected = format!("Q{text}Q{HOSTILE}");
        assert!(found.contains(&expected), "{expected:?}");
    }
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.values().for_each(|item| strings(item, found)),
        _ => {}
    }
}

#[test]
fn absent_part_leaves_no_trace_in_a_page() {
    let (full, _) = hostile();
    let full = html::Page(&full).to_string();
    let absent = bare();
    let page = html::Page(&absent).to_string();
    for part in [
        "<section class=\"gaps\"",
        "<blockquote>",
        "<p>Attacks that the test excuses:</p>",
        "<details class=\"missing\"><summary>Missing: 2</summary>",
        "<small>because ",
        "<p class=\"warning\">Exceptions:</p>",
        "<p class=\"warning\">Relaxations:</p>",
        "<dt>Maximum age of keys</dt>",
        "<dt>Introspection</dt>",
        "<dt>Client certificates</dt>",
        "<dt>Proxies</dt>",
        "<dt>Probes</dt>",
        "Attacked at commit",
        "3 refused",
    ] {
        assert!(full.contains(part) && !page.contains(part), "{part}");
    }
    for part in [
        "Without attack results.",
        "none recorded",
        "<dt>Algorithms</dt><dd>none: JWTs are rejected</dd><dt>Keys</dt><dd>none: JWTs are rejected</dd>",
        "relaxations</h2>\n<ul><li>none</li></ul>\n",
    ] {
        assert!(page.contains(part) && !full.contains(part), "{part}");
    }
    assert!(!page.contains("<ul></ul>"));
    assert!(
        page.contains("<td role=\"cell\" data-column=\"Limits\"></td>"),
        "{page}"
    );
}

#[test]
fn absent_part_leaves_no_trace_in_markdown() {
    let (full, _) = hostile();
    let full = markdown::Page(&full).to_string();
    let page = markdown::Page(&bare()).to_string();
    for part in [
        "\n## Gaps\n",
        "- Statement about ",
        "- Excused: ",
        "- **Gap**: ",
        " because ",
        "  - Maximum age of keys: ",
        "  - Introspection: ",
        "  - Relaxation: ",
        "- proxies: ",
        "- probes: ",
        "Attacked at commit ",
    ] {
        assert!(full.contains(part) && !page.contains(part), "{part}");
    }
    assert!(page.contains("Without attack results."));
    assert!(
        page.contains("- transport: plain\n\n## Exceptions and relaxations\n"),
        "{page}"
    );
    assert!(page.contains("| GET / | public |  |  | 0 |  |\n"), "{page}");
}

#[test]
fn commit_or_date_alone_is_shown() {
    for (commit, date, expected) in [
        (
            Some("0123abc"),
            None,
            [
                "commit <code>0123abc</code>, date unknown.",
                "commit 0123abc, date unknown.",
            ],
        ),
        (
            None,
            Some("2026-11-29"),
            [
                "commit unknown, date 2026-11-29.",
                "commit unknown, date 2026-11-29.",
            ],
        ),
    ] {
        let document = Document {
            has_results: true,
            commit: commit.map(str::to_owned),
            date: date.map(str::to_owned),
            ..bare()
        };
        assert!(html::Page(&document).to_string().contains(expected[0]));
        assert!(markdown::Page(&document).to_string().contains(expected[1]));
    }
}

/// Twenty gaps are shown at once, more on demand.
#[test]
fn more_than_twenty_gaps_are_shown_on_demand() {
    for (gaps, heading) in [
        (1, "1 gap</h2>\n<details open><summary>"),
        (19, "19 gaps</h2>\n<details open><summary>"),
        (20, "20 gaps</h2>\n<details open><summary>"),
        (21, "21 gaps</h2>\n<details><summary>"),
    ] {
        let document = Document {
            gaps: vec!["P1: a gap".to_owned(); gaps],
            ..bare()
        };
        let page = html::Page(&document).to_string();
        assert!(page.contains(heading), "{page}");
    }
}
