//! Floods over HTTP/2, written with the Python packages `hpack` and `hyperframe`: `orders` closes the connection of the
//! attacker, and serves a client meanwhile.

use std::io::Write;
use std::process::{Command, Stdio};

use palisade::testing::EmbeddedIssuer;
use serde_json::{Value, json};

use crate::environment;
use crate::identity::Identity;
use crate::uploads::{AUDIENCE, ISSUER, python_program};

/// The attacks, which are functions of `clients/flood.py`.
pub(crate) const ATTACKS: [&str; 8] = [
    "continuation",
    "empty_continuation",
    "rapid_reset",
    "server_resets",
    "malformed_requests",
    "empty_data",
    "padding",
    "header_list",
];

/// Returns the command of the attacker.
pub(crate) fn attacker() -> Result<Command, String> {
    python_program("import h2, hpack, hyperframe", "flood.py")
}

/// Floods `orders`.
pub(crate) fn is_cut_off(attack: &str, attacker: &mut Command) {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let identity = Identity::generate();
    let orders = environment::start_with_tls(ISSUER, AUDIENCE, &issuer.jwks(), &identity);
    let (_, port) = orders.url().rsplit_once(':').unwrap();
    let port: u16 = port.parse().unwrap();
    let task = json!({ "port": port, "certificate": identity.certificate, "attack": attack });
    let mut child = attacker
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(task.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let result: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{attack}: {error}: {output:?}"));
    assert_eq!(result["is_cut_off"], true, "{attack}: {result}");
    assert_eq!(result["failed"], 0, "{attack}: {result}");
}
