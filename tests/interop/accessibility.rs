//! The pages that Palisade writes, in Chromium: axe-core has no finding, nothing is cut off, and they can be printed.

use std::fs;
use std::path::Path;
use std::process::Command;

use palisade::prelude::*;
use palisade::report::{Report, Statement, Topic};
use palisade::testing::TestApi;
use palisade::testing::attack::Attack;
use serde_json::Value;
use tempfile::TempDir;

use crate::chromium;
use crate::devtools::{Chromium, Tab};
use crate::environment;
use crate::uploads::{AUDIENCE, ISSUER, node_package};

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/interop/clients/node_modules/axe-core/axe.min.js"
);

/// Chromium, and the script of axe-core.
pub(crate) struct Axe {
    program: &'static str,
    script: String,
}

/// A test: its name and its function.
type Case = (&'static str, fn(&Axe));

pub(crate) const CASES: [Case; 3] = [
    (
        "accessibility::report_with_gaps_has_no_finding",
        report_with_gaps_has_no_finding,
    ),
    (
        "accessibility::complete_report_with_long_names_has_no_finding",
        complete_report_with_long_names_has_no_finding,
    ),
    (
        "accessibility::docs_page_has_no_finding",
        docs_page_has_no_finding,
    ),
];

impl Axe {
    /// Finds Chromium and axe-core, without installing anything.
    ///
    /// # Errors
    ///
    /// Returns a text that names the missing program or package.
    pub(crate) fn find() -> Result<Self, String> {
        node_package("axe-core", "")?;
        Ok(Self {
            program: chromium::find()?,
            script: fs::read_to_string(SCRIPT).map_err(|error| error.to_string())?,
        })
    }

    /// Fails if axe-core has a finding in a window of each width, in each color scheme, or if the page is wider.
    ///
    /// It saves screenshots of the page in the target directory.
    fn check(&self, tab: &Tab<'_>, name: &str, ignored_rules: &[&str]) {
        tab.evaluate(&format!("{};0", self.script));
        let ignored = ignored_rules.iter();
        let ignored = ignored.map(|rule| format!("'{rule}': {{ enabled: false }}"));
        let ignored: Vec<String> = ignored.collect();
        let run = "axe.run({ rules: { RULES } }).then(({ violations, passes }) => [
            violations.map(({ id, nodes }) => id + nodes.map(({ html, failureSummary }) => `\n${html}\n${failureSummary}`)),
            passes.length,
        ])"
        .replace("RULES", &ignored.join(", "));
        for width in [390, 1100, 2200] {
            for scheme in ["light", "dark"] {
                tab.resize(width, scheme);
                let overflow = "document.documentElement.scrollWidth - innerWidth";
                assert_eq!(tab.evaluate(overflow), 0, "{name}: {width}");
                tab.screenshot(&format!("{name}-{width}-{scheme}"));
                let result = tab.evaluate(&run);
                assert_eq!(
                    result[0],
                    Value::Array(Vec::new()),
                    "{name}: {width} {scheme}"
                );
                assert!(result[1].as_u64().unwrap() > 20, "{name}: {result}");
            }
        }
    }
}

/// Fails if the printed page is dark, is cut off, or hides content that a reader can open on the screen.
fn assert_printable(tab: &Tab<'_>, name: &str) {
    tab.resize(680, "dark");
    tab.emulate_media("print", "dark");
    let colors = "(({ backgroundColor, color }) => backgroundColor + color)(getComputedStyle(document.body))";
    assert_eq!(
        tab.evaluate(colors),
        "rgb(255, 255, 255)rgb(0, 0, 0)",
        "{name}"
    );
    let cut = "[...document.querySelectorAll('html, .table, .line, td, th')]
        .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.outerHTML).join()";
    assert_eq!(tab.evaluate(cut), "", "{name}");
    let hidden = "[...document.querySelectorAll('main li, thead')]
        .filter((item) => !item.checkVisibility({ contentVisibilityAuto: true })).length";
    assert_eq!(tab.evaluate(hidden), 0, "{name}");
    tab.screenshot(&format!("{name}-print"));
}

fn go_to_file(tab: &Tab<'_>, file: &Path) {
    tab.go(&format!("file://{}", file.display()));
}

/// The report of `orders` without results of attacks.
fn report_with_gaps_has_no_finding(axe: &Axe) {
    let directory = TempDir::new().unwrap();
    let written = Command::new(env!("CARGO_BIN_EXE_orders"))
        .args(["--tls-cert", "cert.pem", "--tls-key", "key.pem"])
        .arg("--write-documents")
        .arg(directory.path())
        .output()
        .unwrap();
    assert!(written.status.success(), "{written:?}");
    let chromium = Chromium::start(axe.program);
    let tab = chromium.tab();
    go_to_file(&tab, &directory.path().join("report.html"));
    assert!(tab.text().contains("no attack results"));
    // the skip link is visible when it has the focus
    let skip = "document.querySelector('.skip').focus(), document.querySelector('.skip').getBoundingClientRect().left >= 0";
    assert_eq!(tab.evaluate(skip), true);
    axe.check(&tab, "report-gaps", &[]);
    assert_printable(&tab, "report-gaps");
}

#[public(
    reason = "a_reason_without_a_space_that_is_much_longer_than_the_column_of_a_table_in_a_narrow_window_or_on_paper"
)]
async fn a_handler_with_a_name_that_is_much_longer_than_the_column_of_a_table_in_a_narrow_window() {
}

#[secured(
    scopes = any(
        "a:scope:without:a:space:that:is:much:longer:than:the:column:of:a:table:in:a:narrow:window:or:on:paper",
        "orders:read"
    ),
    timeout = "1500ms"
)]
async fn show() {}

/// A report in which every line is proved or stated, and names are longer than the columns.
fn complete_report_with_long_names_has_no_finding(axe: &Axe) {
    let routes = || {
        SecureRouter::new()
            .route("/show", get(show))
            .route(
                "/a-path-without-a-space-that-is-much-longer-than-the-column-of-a-table-in-a-narrow-window-or-on-paper",
                get(a_handler_with_a_name_that_is_much_longer_than_the_column_of_a_table_in_a_narrow_window),
            )
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (api, results) = runtime.block_on(async {
        let api = TestApi::new(routes()).await;
        let results = Attack::new(&api).run().await.results().clone();
        (api.api().clone(), results)
    });
    let results = results
        .with_commit("0123abc")
        .and_then(|results| results.with_date("2026-11-29"))
        .unwrap();
    let inventory = palisade::serve(api).inventory();
    let text = "a-statement-without-a-space-".repeat(12);
    let report = Topic::ALL.into_iter().fold(
        Report::new("Orders\u{202e}".repeat(12), &inventory),
        |report, topic| report.statement(Statement::new(topic, &text).by(&text).on("2026-11-29")),
    );
    let report = report.attack_results(results);
    report.require_complete().unwrap();
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("report.html");
    fs::write(&file, report.to_html()).unwrap();
    let chromium = Chromium::start(axe.program);
    let tab = chromium.tab();
    go_to_file(&tab, &file);
    axe.check(&tab, "report-complete", &[]);
    assert_printable(&tab, "report-complete");
}

/// Some colors of the viewer, which is a third-party program, have too little contrast.
fn docs_page_has_no_finding(axe: &Axe) {
    let issuer = palisade::testing::EmbeddedIssuer::new(ISSUER);
    let orders = environment::start_with_keys(ISSUER, AUDIENCE, &issuer.jwks());
    let chromium = Chromium::start(axe.program);
    let tab = chromium.tab();
    tab.go(&format!("{}/docs", orders.url()));
    assert_eq!(tab.evaluate(crate::openapi::SHOWN), true);
    axe.check(&tab, "docs", &["color-contrast"]);
}
