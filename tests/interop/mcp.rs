//! The MCP examples against the conformance suite and the client SDK of the Model Context Protocol.
//!
//! The suite runs every scenario that revision 2026-07-28 requires of a server, and those that it reports without a score, against
//! the fixtures in `mcp/server`, which are behind the gateway of the example. It runs the scenarios of authorization against the
//! example client. `mcp/server_exceptions.json` and `mcp/client_exceptions.json` list the checks that do not pass, with the
//! reason: a check that is not listed must pass, and one that is listed must not. The suite cannot send tokens, so a proxy adds
//! one. It has no scenario for the authorization of servers: that part is the SDK's own discovery.
//!
//! The test installs nothing: without Node.js 22 or the packages, it is ignored with the reason, or fails if
//! `PALISADE_REQUIRE_PEERS=1` is set.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "node.rs"]
mod node;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "process.rs"]
mod process;
#[path = "mcp/server/mod.rs"]
mod server;
#[path = "unused_address.rs"]
mod unused_address;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use palisade::testing::{EmbeddedIssuer, ServedIssuer};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::process::Process;
use crate::unused_address::unused_address;

/// The directory of the packages and scripts.
const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/mcp");

/// The length of `-2026-11-29T00-19-46-034Z` in the names of result directories.
const TIMESTAMP_LENGTH: usize = 25;

/// A test: its name and its function.
type Case = (&'static str, fn(&Environment));

/// The running issuer and server, and Node.js for their peers.
struct Environment {
    node: PathBuf,
    issuer: ServedIssuer,
    server: Process,
    runtime: Runtime,
}

/// The checks of a scenario that do not pass.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    reason: String,
    scenarios: BTreeMap<String, BTreeSet<String>>,
}

/// One check of the suite.
#[derive(Deserialize)]
struct Check {
    id: String,
    status: String,
    #[serde(default, rename = "errorMessage")]
    message: String,
}

fn main() -> ExitCode {
    let node = Arc::new(node::find_suite(Path::new(DIRECTORY)));
    let cases: [Case; 4] = [
        (
            "mcp::server_conforms_to_the_revision",
            server_conforms_to_the_revision,
        ),
        (
            "mcp::client_conforms_in_every_scenario_of_authorization",
            client_conforms_in_every_scenario_of_authorization,
        ),
        (
            "mcp::client_discovers_metadata_and_scopes",
            client_discovers_metadata_and_scopes,
        ),
        (
            "mcp::client_learns_the_scopes_to_step_up_to",
            client_learns_the_scopes_to_step_up_to,
        ),
    ];
    let trials = cases.into_iter().map(|(name, case)| {
        let node = Arc::clone(&node);
        Trial::ignorable_test(name, move || match &*node {
            Ok(node) => {
                case(&Environment::start(node));
                Ok(Completion::Completed)
            }
            Err(missing) if node::is_required() => Err(Failed::from(missing)),
            Err(missing) => Ok(Completion::ignored_with(missing)),
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// Every scenario runs with all scopes; `tests/operations` of the example has the refusals.
fn server_conforms_to_the_revision(environment: &Environment) {
    let address = unused_address();
    let issuer = environment.issuer.url();
    let bound = environment.runtime.block_on(server::bind(issuer, address));
    environment.runtime.spawn(async move { bound.run().await });
    let url = format!("http://{address}");
    let token = environment.issuer.token("alice");
    let token = token.audience(&format!("{url}/mcp")).scopes(server::SCOPES);
    let mut proxy = environment.script("proxy.mjs");
    let proxy = Process::start(proxy.arg(url).env("TOKEN", token.sign()));
    let run = environment.run_suite("server", &["--url", &format!("{}/mcp", proxy.url())]);
    let found = run.scenarios(&run.output, "server-");
    assert_eq!(found.len(), SCENARIOS, "{}", run.printed);
    compare(&found, "server_exceptions.json", &proxy.log());
}

/// The client calls the tool, or says why it does not: a server or an authorization server of the suite is wrong on purpose.
fn client_conforms_in_every_scenario_of_authorization(environment: &Environment) {
    let script = Path::new(DIRECTORY).join("client.mjs");
    let command = [
        environment.node.as_os_str(),
        script.as_os_str(),
        OsStr::new(env!("CARGO_BIN_EXE_mcp-client")),
    ];
    let command = command.map(|part| part.to_str().unwrap()).join(" ");
    let run = environment.run_suite("client", &["--command", &command]);
    let found = run.scenarios(&run.output.join("auth"), "");
    assert_eq!(found.len(), CLIENT_SCENARIOS, "{}", run.printed);
    compare(&found, "client_exceptions.json", "");
    let exceptions = exceptions("client_exceptions.json");
    for (name, scenario) in found
        .iter()
        .filter(|(name, _)| !exceptions.contains_key(*name))
    {
        let read = |file| fs::read_to_string(scenario.directory.join(file)).unwrap();
        let (output, errors) = (read("stdout.txt"), read("stderr.txt"));
        let refusal = REFUSALS.iter().find(|(scenario, _)| scenario == name);
        if let Some((_, reason)) = refusal {
            assert!(errors.contains(reason), "{name}: {output}\n{errors}");
        } else {
            let result = r#"[{"text":"test","type":"text"}]"#;
            assert!(output.contains(result), "{name}: {output}\n{errors}");
            assert_eq!(errors, "", "{name}");
        }
    }
}

/// The scenarios for servers in the requirements of the revision, with those that are not scored.
const SCENARIOS: usize = 50;

/// The scenarios of authorization for clients in the requirements of the revision, with those that are not scored.
const CLIENT_SCENARIOS: usize = 31;

/// The scenarios in which a client must not call the tool, with the reason that it reports.
const REFUSALS: [(&str, &str); 7] = [
    ("iss-normalized", "is not from the provider"),
    ("iss-supported-missing", "is not from the provider"),
    ("iss-unexpected", "is not from the provider"),
    ("iss-wrong-issuer", "is not from the provider"),
    ("metadata-issuer-mismatch", "names another issuer"),
    ("resource-mismatch", "is about another API"),
    ("scope-retry-limit", "demands more than the token"),
];

/// A run of the suite: the directory of its results, and its output.
struct SuiteRun {
    output: PathBuf,
    printed: String,
}

/// The results of a scenario.
struct Scenario {
    directory: PathBuf,
    /// The checks that do not pass, with their messages.
    failures: BTreeMap<String, String>,
}

impl SuiteRun {
    /// Reads the results in a directory, by the names of the scenarios.
    fn scenarios(&self, directory: &Path, prefix: &str) -> BTreeMap<String, Scenario> {
        let mut scenarios = BTreeMap::new();
        let entries = fs::read_dir(directory).unwrap_or_else(|_| panic!("{}", self.printed));
        for entry in entries {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let name = &name[prefix.len()..name.len() - TIMESTAMP_LENGTH];
            let checks = fs::read(entry.path().join("checks.json")).unwrap();
            let checks: Vec<Check> = serde_json::from_slice(&checks).unwrap();
            let failures = checks
                .into_iter()
                .filter(|check| !matches!(check.status.as_str(), "SUCCESS" | "INFO" | "SKIPPED"));
            let scenario = Scenario {
                directory: entry.path(),
                failures: failures.map(|check| (check.id, check.message)).collect(),
            };
            scenarios.insert(name.to_owned(), scenario);
        }
        scenarios
    }
}

/// Compares the checks that do not pass with the listed ones, in both directions.
fn compare(scenarios: &BTreeMap<String, Scenario>, list: &str, log: &str) {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut messages = String::new();
    for (name, scenario) in scenarios {
        for (check, message) in &scenario.failures {
            let _ = writeln!(messages, "{name}: {check}: {message}");
            let checks = found.entry(name.clone()).or_default();
            checks.insert(check.clone());
        }
    }
    assert_eq!(found, exceptions(list), "{messages}\n{log}");
}

/// A client without configuration finds out where to get a token, and with which scopes.
fn client_discovers_metadata_and_scopes(environment: &Environment) {
    let url = format!("{}/mcp", environment.server.url());
    for (tool, scope) in [
        ("list_orders", "orders:read"),
        ("place_order", "orders:write"),
        ("refund_order", "orders:write payments:refund"),
    ] {
        let found = environment.discover(&url, tool, None);
        assert_eq!(found["status"], 401);
        assert_eq!(found["scope"], scope);
        let metadata = format!(
            "{}/.well-known/oauth-protected-resource/mcp",
            environment.server.url()
        );
        assert_eq!(found["resourceMetadataUrl"], metadata);
        assert_eq!(found["isSame"], true);
        assert_eq!(found["metadata"]["resource"], url);
        assert_eq!(found["issuers"], json!([environment.issuer.url()]));
        let scopes = found["metadata"]["scopes_supported"].as_array().unwrap();
        assert!(!scopes.contains(&"offline_access".into()), "{scopes:?}");
    }
}

fn client_learns_the_scopes_to_step_up_to(environment: &Environment) {
    let url = format!("{}/mcp", environment.server.url());
    let token = environment.token("orders:read");
    let found = environment.discover(&url, "refund_order", Some(&token));
    assert_eq!(found["status"], 403);
    assert_eq!(found["error"], "insufficient_scope");
    assert_eq!(found["scope"], "orders:write payments:refund");
}

impl Environment {
    fn start(node: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let issuer = runtime.block_on(EmbeddedIssuer::serve()).unwrap();
        // the port is part of the resource, so it is chosen before the server starts
        let address = unused_address();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mcp"));
        command
            .args(["--listen", &address.to_string()])
            .args(["--issuer", issuer.url()])
            .args(["--resource", &format!("http://{address}/mcp")])
            .arg("--allow-loopback-http");
        Self {
            node: node.to_owned(),
            server: Process::start(&mut command),
            issuer,
            runtime,
        }
    }

    fn token(&self, scopes: &str) -> String {
        let audience = format!("{}/mcp", self.server.url());
        let token = self.issuer.token("alice").audience(&audience);
        token.scopes(scopes).sign()
    }

    fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.node);
        command.arg(Path::new(DIRECTORY).join(name));
        command
    }

    /// Runs the suite for one role.
    fn run_suite(&self, role: &str, arguments: &[&str]) -> SuiteRun {
        let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mcp-{role}"));
        let _ = fs::remove_dir_all(&output);
        let mut suite = self.script("node_modules/@modelcontextprotocol/conformance/dist/index.js");
        suite
            .args([role, "--requirements", "2026-07-28"])
            .args(arguments)
            .arg("--output-dir")
            .arg(&output);
        let printed = suite.output().unwrap(); // its status counts the listed checks too
        let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
        SuiteRun { output, printed }
    }

    fn discover(&self, url: &str, tool: &str, token: Option<&str>) -> Value {
        let mut command = self.script("discover.mjs");
        let command = command
            .args([url, tool])
            .env("TOKEN", token.unwrap_or_default());
        let output = command.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{printed}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// Reads the checks that do not pass.
fn exceptions(list: &str) -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read(Path::new(DIRECTORY).join(list)).unwrap();
    let groups: Vec<Exceptions> = serde_json::from_slice(&text).unwrap();
    let mut all = BTreeMap::new();
    for group in groups {
        assert!(!group.reason.is_empty());
        for (scenario, checks) in group.scenarios {
            let former: Option<BTreeSet<String>> = all.insert(scenario, checks);
            assert!(former.is_none(), "a scenario is listed twice");
        }
    }
    all
}
