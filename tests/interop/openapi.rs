//! The descriptions of `orders` and `bookings`: schemathesis tests the running programs with them. A validator accepts that of `orders`, a
//! typed client is generated from it, and Chromium shows its page.

use std::fs;
use std::path::Path;
use std::process::Command;

use palisade::testing::EmbeddedIssuer;
use tempfile::TempDir;

use crate::chromium;
use crate::devtools::Chromium;
use crate::environment;
use crate::http::Request;
use crate::node;
use crate::process::Process;
use crate::uploads::{AUDIENCE, ISSUER, node_package, python};

/// The configuration of schemathesis, and the program of the typed client.
const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/interop/openapi");

/// The npm packages.
const PACKAGES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/interop/clients/node_modules"
);

const SCOPES: &str = "orders:read orders:write orders:delete admin";

/// Waits until the page shows the operations.
pub(crate) const SHOWN: &str = "new Promise((shown) => {
    const look = () => {
        const root = document.querySelector('openapi-explorer')?.shadowRoot;
        root?.textContent.includes('Create order') ? shown(true) : setTimeout(look, 50);
    };
    look();
})";

/// A program that reads the description.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reader {
    Schemathesis,
    SchemathesisOfBookings,
    SpecValidator,
    Typescript,
    Browser,
}

impl Reader {
    pub(crate) const ALL: [Self; 5] = [
        Self::Schemathesis,
        Self::SchemathesisOfBookings,
        Self::SpecValidator,
        Self::Typescript,
        Self::Browser,
    ];

    /// Returns the name of its test.
    pub(crate) fn test(self) -> &'static str {
        match self {
            Self::Schemathesis => "openapi::schemathesis_finds_nothing_in_orders",
            Self::SchemathesisOfBookings => "openapi::schemathesis_finds_nothing_in_bookings",
            Self::SpecValidator => "openapi::openapi_spec_validator_accepts_the_description",
            Self::Typescript => "openapi::typed_client_compiles",
            Self::Browser => "openapi::page_shows_the_description_without_another_host",
        }
    }

    /// Returns the command that runs it.
    ///
    /// # Errors
    ///
    /// Returns a text that names the missing program or package.
    pub(crate) fn find(self) -> Result<Command, String> {
        match self {
            Self::Schemathesis | Self::SchemathesisOfBookings => python("import schemathesis"),
            Self::SpecValidator => python("import openapi_spec_validator"),
            Self::Typescript => {
                for package in ["openapi-typescript", "typescript"] {
                    node_package(package, "")?;
                }
                node::find_program().map(|()| Command::new("node"))
            }
            Self::Browser => chromium::find().map(Command::new),
        }
    }

    /// Runs it for another program, with a token for every operation.
    pub(crate) fn run(self, command: &mut Command) {
        let issuer = EmbeddedIssuer::new(ISSUER);
        let orders = || environment::start_with_keys(ISSUER, AUDIENCE, &issuer.jwks());
        match self {
            Self::Schemathesis => {
                let token = issuer
                    .token("alice")
                    .audience(AUDIENCE)
                    .scopes(SCOPES)
                    .sign();
                test_with_schemathesis(command, &orders(), &token);
            }
            Self::SchemathesisOfBookings => {
                let bookings = environment::start_bookings();
                test_with_schemathesis(command, &bookings, &token_of(&bookings));
            }
            Self::SpecValidator => {
                let (directory, file) = download(&orders());
                succeed(command.args(["-m", "openapi_spec_validator"]).arg(&file));
                drop(directory);
            }
            Self::Typescript => compile_client(command, &orders()),
            Self::Browser => look_at_page(command.get_program().to_str().unwrap(), &orders()),
        }
    }
}

/// It leaves pictures of the page in the target directory, to look at.
fn look_at_page(program: &str, orders: &Process) {
    const FOREIGN: &str = "performance.getEntriesByType('resource')
        .map((entry) => entry.name)
        .filter((name) => !name.startsWith(origin) && !name.startsWith('data:'))
        .join()";
    let chromium = Chromium::start(program);
    let tab = chromium.tab();
    tab.go(&format!("{}/docs", orders.url()));
    assert_eq!(tab.evaluate(SHOWN), true);
    assert_eq!(tab.evaluate(FOREIGN), "");
    for (width, scheme) in [(1100, "light"), (1100, "dark"), (390, "light")] {
        tab.resize(width, scheme);
        let overflow = "document.documentElement.scrollWidth - innerWidth";
        assert_eq!(tab.evaluate(overflow), 0, "{width}");
        tab.screenshot(&format!("docs-{width}-{scheme}"));
    }
    // only scripts of the API run
    let blocked = "new Promise((blocked) => {
        addEventListener('securitypolicyviolation', (event) => blocked(event.effectiveDirective));
        document.body.append(Object.assign(document.createElement('script'), { text: 'window.ran = true' }));
    })";
    assert_eq!(tab.evaluate(blocked), "script-src-elem");
    assert_eq!(tab.evaluate("typeof window.ran"), "undefined");
}

/// Returns the token in the command that the program prints before it is ready.
fn token_of(bookings: &Process) -> String {
    let log = bookings.log();
    let (_, rest) = log.split_once("Bearer ").unwrap();
    rest.split('\'').next().unwrap().to_owned()
}

/// Runs every check of schemathesis.
fn test_with_schemathesis(command: &mut Command, api: &Process, token: &str) {
    let directory = TempDir::new().unwrap();
    for file in ["hooks.py", "schemathesis.toml"] {
        fs::copy(Path::new(FILES).join(file), directory.path().join(file)).unwrap();
    }
    succeed(
        command
            .current_dir(&directory)
            .args(["-m", "schemathesis.cli", "run"])
            .arg(format!("{}/openapi.json", api.url()))
            .args(["--checks", "all"])
            .arg(format!("--header=Authorization: Bearer {token}")),
    );
}

/// Generates the types of the description, and compiles a program that uses them.
fn compile_client(command: &mut Command, orders: &Process) {
    let (directory, file) = download(orders);
    let types = directory.path().join("api.d.ts");
    let packages = Path::new(PACKAGES);
    succeed(
        command
            .arg(packages.join("openapi-typescript/bin/cli.js"))
            .arg(&file)
            .arg("--output")
            .arg(&types),
    );
    let client = directory.path().join("client.ts");
    fs::copy(Path::new(FILES).join("client.ts"), &client).unwrap();
    succeed(
        Command::new("node")
            .arg(packages.join("typescript/bin/tsc"))
            .args(["--noEmit", "--strict", "--target", "es2022"])
            .arg(&client),
    );
}

/// Stores the description in a directory.
fn download(orders: &Process) -> (TempDir, std::path::PathBuf) {
    let response = Request::get("/openapi.json").send(orders.url());
    assert_eq!(response.status, 200);
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("openapi.json");
    fs::write(&file, response.body).unwrap();
    (directory, file)
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
