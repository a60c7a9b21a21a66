//! The MCP example against the conformance suite and the client SDK of the Model Context Protocol.
//!
//! The suite runs every scenario that revision 2026-07-28 requires of a server, and those that it reports without a score.
//! `mcp/exceptions.json` lists the checks that do not pass, with the reason: a check that is not listed must pass, and
//! one that is listed must not. The suite cannot send tokens, so a proxy adds one. It has no scenario for the
//! authorization of servers: that part is the SDK's own discovery.
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
#[path = "process.rs"]
mod process;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use palisade::testing::{EmbeddedIssuer, ServedIssuer};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::process::Process;

/// The directory of the packages and scripts.
const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/mcp");

/// Node.js as `.ci/run` installs it where the system's is too old.
const INSTALLED_NODE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/node/node_modules/node/bin/node"
);

/// The minimum version for the suite: the first with `fs.globSync`.
const MIN_VERSION: u32 = 22;

/// The length of `-2026-11-29T00-19-46-034Z` in the names of result directories.
const TIMESTAMP_LENGTH: usize = 25;

/// A test: its name and its function.
type Case = (&'static str, fn(&Environment));

/// The running issuer and server, and Node.js for their peers.
struct Environment {
    node: PathBuf,
    issuer: ServedIssuer,
    server: Process,
    _runtime: Runtime,
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
    let node = Arc::new(find());
    let cases: [Case; 3] = [
        (
            "mcp::server_conforms_to_the_revision",
            server_conforms_to_the_revision,
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
            Err(missing) if is_required() => Err(Failed::from(missing)),
            Err(missing) => Ok(Completion::ignored_with(missing)),
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// Runs the suite, and compares the checks that do not pass with the listed ones, in both directions.
fn server_conforms_to_the_revision(environment: &Environment) {
    let token = environment.token("orders:write payments:refund");
    let mut proxy = environment.script("proxy.mjs");
    let proxy = Process::start(proxy.arg(environment.server.url()).env("TOKEN", token));
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mcp-conformance");
    let _ = fs::remove_dir_all(&output);
    let mut suite =
        environment.script("node_modules/@modelcontextprotocol/conformance/dist/index.js");
    suite
        .args(["server", "--requirements", "2026-07-28"])
        .args(["--url", &format!("{}/mcp", proxy.url())])
        .arg("--output-dir")
        .arg(&output);
    let printed = suite.output().unwrap(); // its status counts the listed checks too
    let expected = exceptions();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut messages = String::new();
    let mut scenarios = 0;
    for directory in fs::read_dir(&output).unwrap() {
        let directory = directory.unwrap();
        let name = directory.file_name().into_string().unwrap();
        let name = &name["server-".len()..name.len() - TIMESTAMP_LENGTH];
        let checks = fs::read(directory.path().join("checks.json")).unwrap();
        let checks: Vec<Check> = serde_json::from_slice(&checks).unwrap();
        scenarios += 1;
        for check in checks {
            if !matches!(check.status.as_str(), "SUCCESS" | "INFO" | "SKIPPED") {
                let _ = writeln!(messages, "{name}: {}: {}", check.id, check.message);
                found.entry(name.to_owned()).or_default().insert(check.id);
            }
        }
    }
    let printed = String::from_utf8_lossy(&printed.stdout);
    assert_eq!(scenarios, SCENARIOS, "{printed}\n{messages}");
    assert_eq!(found, expected, "{messages}");
}

/// The scenarios for servers in the requirements of the revision, with those that are not scored.
const SCENARIOS: usize = 50;

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
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        drop(port);
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
            _runtime: runtime,
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
fn exceptions() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read(Path::new(DIRECTORY).join("exceptions.json")).unwrap();
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

/// Finds Node.js and the packages.
///
/// # Errors
///
/// Returns a text that names the missing program, or the command that installs the packages.
fn find() -> Result<PathBuf, String> {
    let programs = [Path::new(INSTALLED_NODE), Path::new("node")];
    let program = programs.into_iter().find(|program| is_recent(program));
    let program = program.ok_or_else(|| format!("the suite requires `node` {MIN_VERSION}"))?;
    let manifest = member(&Path::new(DIRECTORY).join("package.json"), "/dependencies");
    let packages = manifest.as_ref().and_then(Value::as_object);
    for (package, version) in packages.ok_or("`package.json` has no dependencies")? {
        let installed = format!("{DIRECTORY}/node_modules/{package}/package.json");
        if member(Path::new(&installed), "/version").as_ref() != Some(version) {
            return Err(
                "the suite is not installed: run `npm ci --prefix tests/interop/mcp --ignore-scripts`"
                    .into(),
            );
        }
    }
    Ok(program.to_owned())
}

fn is_recent(program: &Path) -> bool {
    let Ok(output) = Command::new(program).arg("--version").output() else {
        return false;
    };
    let version = String::from_utf8_lossy(&output.stdout);
    let major = version
        .trim()
        .strip_prefix('v')
        .and_then(|text| text.split('.').next()?.parse().ok());
    major.is_some_and(|major: u32| major >= MIN_VERSION)
}

/// Returns whether a missing peer fails the tests.
fn is_required() -> bool {
    env::var_os("PALISADE_REQUIRE_PEERS")
        .is_some_and(|value| !value.is_empty() && value != OsStr::new("0"))
}

fn member(file: &Path, pointer: &str) -> Option<Value> {
    let json: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    json.pointer(pointer).cloned()
}
