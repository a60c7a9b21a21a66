//! Node.js and the npm packages of the provider and of the conformance suite.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The directory of the provider program and its packages.
const PROVIDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/interop/provider");

/// The minimum version for the provider: the first with `crypto.hash`.
const MIN_VERSION: (u32, u32) = (20, 12);

/// The minimum version for the conformance suite: the first with `fs.globSync`.
const SUITE_MIN_VERSION: (u32, u32) = (22, 0);

/// A Node.js installation with the packages of the provider.
pub(crate) struct Node {
    program: PathBuf,
}

impl Node {
    /// Finds Node.js and the packages, without installing anything.
    ///
    /// # Errors
    ///
    /// Returns a text that names the missing program or the command that installs the packages.
    pub(crate) fn find() -> Result<Self, String> {
        find_program()?;
        let provider = Path::new(PROVIDER);
        if !is_installed(provider, "oidc-provider") {
            return Err(
                "the provider is not installed: run `npm ci --prefix tests/interop/provider`"
                    .into(),
            );
        }
        Ok(Self {
            program: provider.join("provider.mjs"),
        })
    }

    /// Returns the command that starts the provider.
    pub(crate) fn provider(&self) -> Command {
        let mut command = Command::new("node");
        command.arg(&self.program);
        command
    }
}

/// Finds Node.js.
///
/// # Errors
///
/// Returns a text that names the missing program or the required version.
pub(crate) fn find_program() -> Result<(), String> {
    require(Path::new("node"), MIN_VERSION)
}

/// Finds Node.js for the conformance suite in `directory`: the system's, or the one that `.ci/run` installs where the system's is
/// too old for the suite.
///
/// # Errors
///
/// Returns a text that names the missing program, the required version, or the command that installs the packages.
pub(crate) fn find_suite(directory: &Path) -> Result<PathBuf, String> {
    let installed = directory.join("../../../target/node/node_modules/node/bin/node");
    let program = if require(&installed, SUITE_MIN_VERSION).is_ok() {
        installed
    } else {
        let program = PathBuf::from("node");
        require(&program, SUITE_MIN_VERSION)?;
        program
    };
    for package in [
        "@modelcontextprotocol/conformance",
        "@modelcontextprotocol/sdk",
    ] {
        if !is_installed(directory, package) {
            return Err(
                "the suite is not installed: run `npm ci --prefix tests/interop/mcp --ignore-scripts`"
                    .into(),
            );
        }
    }
    Ok(program)
}

fn require(program: &Path, minimum: (u32, u32)) -> Result<(), String> {
    let output = Command::new(program).arg("--version").output();
    let version = match output {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(_) => return Err("`node` is not installed".into()),
    };
    if parse(&version).is_none_or(|version| version < minimum) {
        let (major, minor) = minimum;
        return Err(format!(
            "`node` is {version}, but the tests require {major}.{minor}"
        ));
    }
    Ok(())
}

/// Returns whether a package is installed in the version that `package.json` of the directory names.
pub(crate) fn is_installed(directory: &Path, package: &str) -> bool {
    let manifest = directory.join("package.json");
    let escaped = package.replace('/', "~1");
    let expected = member(&manifest, &format!("/dependencies/{escaped}"));
    let installed = directory.join(format!("node_modules/{package}/package.json"));
    expected.is_some() && member(&installed, "/version") == expected
}

/// Returns whether a missing peer fails the tests.
pub(crate) fn is_required() -> bool {
    env::var_os("PALISADE_REQUIRE_PEERS")
        .is_some_and(|value| !value.is_empty() && value != OsStr::new("0"))
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn member(file: &Path, pointer: &str) -> Option<String> {
    let json: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    Some(json.pointer(pointer)?.as_str()?.to_owned())
}
