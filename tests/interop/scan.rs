//! The quickstart, scanned by sslyze: the only finding is that its certificate is self-signed.

use std::process::Command;

use serde_json::Value;

use crate::process::Process;
use crate::uploads;

/// The scans of sslyze. It runs fewer without options.
const SCANS: [&str; 18] = [
    "--certinfo",
    "--compression",
    "--early_data",
    "--elliptic_curves",
    "--ems",
    "--fallback",
    "--heartbleed",
    "--http_headers",
    "--openssl_ccs",
    "--reneg",
    "--resum",
    "--robot",
    "--sslv2",
    "--sslv3",
    "--tlsv1",
    "--tlsv1_1",
    "--tlsv1_2",
    "--tlsv1_3",
];

/// The expected results: of a scan, a value, and its JSON.
const RESULTS: [(&str, &str, &str); 22] = [
    (
        "certificate_info",
        "certificate_deployments/0/received_certificate_chain/0/public_key/ec_curve_name",
        r#""secp256r1""#,
    ),
    (
        "certificate_info",
        "certificate_deployments/0/received_certificate_chain/0/signature_algorithm_oid/name",
        r#""ecdsa-with-SHA256""#,
    ),
    (
        "certificate_info",
        "certificate_deployments/0/received_certificate_chain/0/subject_alternative_name",
        r#"{"dns_names":["localhost"],"ip_addresses":["127.0.0.1","::1"]}"#,
    ),
    (
        "certificate_info",
        "certificate_deployments/0/received_chain_has_valid_order",
        "true",
    ),
    (
        "elliptic_curves",
        "supported_curves",
        r#"["X25519","secp256r1","secp384r1"]"#,
    ),
    ("heartbleed", "is_vulnerable_to_heartbleed", "false"),
    ("http_headers", "http_error_trace", "null"),
    // HSTS is for other addresses than loopback
    ("http_headers", "strict_transport_security_header", "null"),
    (
        "openssl_ccs_injection",
        "is_vulnerable_to_ccs_injection",
        "false",
    ),
    (
        "robot",
        "robot_result",
        r#""NOT_VULNERABLE_RSA_NOT_SUPPORTED""#,
    ),
    (
        "session_renegotiation",
        "is_vulnerable_to_client_renegotiation_dos",
        "false",
    ),
    (
        "session_renegotiation",
        "supports_secure_renegotiation",
        "true",
    ),
    ("ssl_2_0_cipher_suites", "is_tls_version_supported", "false"),
    ("ssl_3_0_cipher_suites", "is_tls_version_supported", "false"),
    ("tls_1_0_cipher_suites", "is_tls_version_supported", "false"),
    ("tls_1_1_cipher_suites", "is_tls_version_supported", "false"),
    (
        "tls_1_2_cipher_suites",
        "accepted_cipher_suites",
        r#"["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256","TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384","TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"]"#,
    ),
    (
        "tls_1_3_cipher_suites",
        "accepted_cipher_suites",
        r#"["TLS_AES_128_GCM_SHA256","TLS_AES_256_GCM_SHA384","TLS_CHACHA20_POLY1305_SHA256"]"#,
    ),
    ("tls_1_3_early_data", "supports_early_data", "false"),
    ("tls_compression", "supports_compression", "false"),
    (
        "tls_extended_master_secret",
        "supports_ems_extension",
        "true",
    ),
    ("tls_fallback_scsv", "supports_fallback_scsv", "true"),
];

/// Returns the command of the scanner.
pub(crate) fn scanner() -> Result<Command, String> {
    let mut scanner = uploads::python("import sslyze")?;
    scanner
        // its dependencies warn about certificates in its lists of roots
        .args(["-W", "ignore", "-m", "sslyze", "--json_out=-"])
        // that check includes the trust in the certificate; the expected results are stricter otherwise
        .arg("--mozilla_config=disable")
        .args(SCANS);
    Ok(scanner)
}

/// Scans the quickstart.
pub(crate) fn quickstart_has_no_finding(scanner: &mut Command) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    let quickstart = Process::start(command.args(["--listen", "127.0.0.1:0"]));
    let address = quickstart.url().strip_prefix("https://").unwrap();
    let output = scanner.arg(address).output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?}\n{log}"));
    let server = &report["server_scan_results"][0];
    let scans = server["scan_result"].as_object();
    let scans = scans.unwrap_or_else(|| panic!("no result: {server}"));
    assert_eq!(scans.len(), SCANS.len(), "a scan is not in the list");
    for (name, scan) in scans {
        assert_eq!(scan["status"], "COMPLETED", "{name}: {scan}");
    }
    let failed: Vec<String> = RESULTS
        .into_iter()
        .filter_map(|(scan, result, expected)| {
            let expected: Value = serde_json::from_str(expected).unwrap();
            let found = found(&server["scan_result"][scan]["result"], result);
            (found != expected).then(|| format!("{scan}: expected {expected}, found {found}"))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Returns a value of a result; of a list of cipher suites or curves, their sorted names.
fn found(result: &Value, name: &str) -> Value {
    let pointer = format!("/{name}");
    let value = result.pointer(&pointer);
    let value = value.unwrap_or_else(|| panic!("no `{name}` in {result}"));
    let names = value.as_array().map(|list| {
        let names = list.iter().map(|entry| {
            let suite = entry.get("cipher_suite").unwrap_or(entry);
            suite["name"].to_string()
        });
        let mut names: Vec<String> = names
            .map(|name| name.trim_matches('"').to_owned())
            .collect();
        names.sort_unstable();
        names
    });
    names.map_or_else(|| value.clone(), Value::from)
}
