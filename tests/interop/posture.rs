//! The program `posture` against the certified provider.

use std::process::Command;

use serde_json::Value;

use crate::environment::Environment;

cases![
    provider_of_the_code_flow_does_not_fall_short,
    provider_of_the_implicit_flow_falls_short,
    provider_with_another_issuer_is_not_read,
];

/// Runs the program; returns its exit status, and what it prints.
fn posture(issuer: &str, more: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_posture"));
    let output = command.arg(issuer).args(more).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap();
    (status, text(output.stdout), text(output.stderr))
}

/// Runs the program twice, and returns the exit status, the lines, and the identifiers of errors and advice.
fn findings(issuer: &str) -> (i32, String, Vec<String>, Vec<String>) {
    let (status, text, errors) = posture(issuer, &["--allow-loopback-http"]);
    assert_eq!(errors, "");
    let (same_status, json, _) = posture(issuer, &["--allow-loopback-http", "--json"]);
    assert_eq!(same_status, status);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["issuer"], issuer);
    assert_eq!(json["falls_short"], status == 1);
    let ids = |severity: &str| {
        let findings = json["findings"].as_array().unwrap().iter();
        let findings = findings.filter(|finding| finding["severity"] == severity);
        let ids: Vec<String> = findings
            .map(|finding| finding["id"].as_str().unwrap().to_owned())
            .collect();
        for id in &ids {
            assert!(text.contains(&format!("\n{severity}: {id}: ")), "{text}");
        }
        ids
    };
    let (errors, advice) = (ids("error"), ids("advice"));
    (status, text, errors, advice)
}

fn provider_of_the_code_flow_does_not_fall_short(environment: &Environment) {
    let issuer = environment.provider().issuer();
    let (status, text, errors, advice) = findings(issuer);
    assert_eq!(status, 0, "{text}");
    assert!(text.starts_with(&format!("{issuer} does not fall short")));
    assert!(errors.is_empty(), "{errors:?}");
    // of its default metadata
    let expected = ["algorithm-symmetric", "access-token-type-unstated"];
    assert_eq!(advice, expected);
}

fn provider_of_the_implicit_flow_falls_short(environment: &Environment) {
    let provider = environment.implicit_provider();
    let (status, text, errors, _) = findings(provider.url());
    assert_eq!(status, 1, "{text}");
    assert!(errors.contains(&"grant-implicit".to_owned()), "{errors:?}");
}

fn provider_with_another_issuer_is_not_read(environment: &Environment) {
    let issuer = environment.provider().issuer();
    let by_name = issuer.replace("127.0.0.1", "localhost");
    for (issuer, more) in [
        // http, and an issuer that the document does not name
        (issuer, &[][..]),
        (&by_name, &["--allow-loopback-http"]),
        (&format!("{issuer}/"), &["--allow-loopback-http"]),
        (&format!("{issuer}/jwks"), &["--allow-loopback-http"]),
    ] {
        let (status, text, errors) = posture(issuer, more);
        assert_eq!((status, &*text), (2, ""), "{issuer}");
        assert!(errors.starts_with("posture: "), "{errors}");
    }
}
