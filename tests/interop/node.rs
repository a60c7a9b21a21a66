//! The peer's runtime: Node.js, and the packages that `npm ci` installs.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The provider's program and the packages that it needs.
const PROVIDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/interop/provider");

/// The oldest version that the provider runs on: the first with `crypto.hash`.
const OLDEST: (u32, u32) = (20, 12);

/// A Node.js with all that the provider needs.
pub(crate) struct Node {
    program: PathBuf,
}

impl Node {
    /// Looks for everything that is needed; installs nothing.
    ///
    /// # Errors
    ///
    /// What is missing, and the command that helps.
    pub(crate) fn find() -> Result<Self, String> {
        let output = Command::new("node").arg("--version").output();
        let version = match output {
            Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            Err(_) => return Err("`node` is not installed".into()),
        };
        if parse(&version).is_none_or(|version| version < OLDEST) {
            let (major, minor) = OLDEST;
            return Err(format!(
                "`node` is {version}, the provider needs {major}.{minor}"
            ));
        }
        let provider = Path::new(PROVIDER);
        let wanted = member(
            &provider.join("package.json"),
            "/dependencies/oidc-provider",
        );
        let package = provider.join("node_modules/oidc-provider/package.json");
        if wanted.is_none() || member(&package, "/version") != wanted {
            return Err("the provider is missing: `npm ci --prefix tests/interop/provider`".into());
        }
        Ok(Self {
            program: provider.join("provider.mjs"),
        })
    }

    /// The command that starts the provider.
    pub(crate) fn provider(&self) -> Command {
        let mut command = Command::new("node");
        command.arg(&self.program);
        command
    }
}

/// Whether a missing peer is a failure.
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
