//! The program `posture`, against documents on loopback and the development issuer.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use serde_json::{Value, json};

/// Runs the program; returns its exit status, and what it prints to both streams.
fn posture(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_posture"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap();
    (status, text(output.stdout), text(output.stderr))
}

/// Serves a document to every request, and returns the issuer's URL.
fn serve(document: impl FnOnce(&str) -> Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let body = document(&issuer).to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    issuer
}

fn good(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "id_token_signing_alg_values_supported": ["ES256"],
    })
}

#[test]
fn exit_status_is_0_for_a_good_provider_and_1_for_another() {
    let issuer = serve(good);
    let (status, stdout, stderr) = posture(&[&issuer, "--allow-loopback-http"]);
    assert_eq!(status, 0, "{stdout}{stderr}");
    assert!(
        stdout.starts_with(&format!("{issuer} does not fall short")),
        "{stdout}"
    );

    let issuer = serve(|issuer| {
        let mut document = good(issuer);
        document["grant_types_supported"] = json!(["password", "implicit"]);
        document
    });
    let (status, stdout, _) = posture(&["--allow-loopback-http", &issuer]);
    assert_eq!(status, 1, "{stdout}");
    assert!(stdout.contains("\nerror: grant-password: "), "{stdout}");
    assert!(stdout.contains("RFC 9700 §2.4"), "{stdout}");

    let (status, stdout, _) = posture(&["--json", "--allow-loopback-http", &issuer]);
    assert_eq!(status, 1);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["issuer"], issuer.as_str());
    assert_eq!(json["falls_short"], true);
    let findings = json["findings"].as_array().unwrap();
    let ids: Vec<&Value> = findings.iter().map(|finding| &finding["id"]).collect();
    assert!(ids.contains(&&json!("grant-implicit")), "{stdout}");
}

#[test]
fn exit_status_is_2_if_nothing_could_be_read() {
    let other = serve(|_| good("https://other.example"));
    let not_json = serve(|_| json!([]));
    let good = serve(good);
    for arguments in [
        &[&*good][..],
        &[&*other, "--allow-loopback-http"],
        &[&*not_json, "--allow-loopback-http"],
        &["http://127.0.0.1:1", "--allow-loopback-http"],
        &["http://192.0.2.1", "--allow-loopback-http"],
        &["not a URL"],
        &[],
        &["--unknown"],
        &[&*good, "--allow-loopback-http", "second"],
    ] {
        let (status, stdout, stderr) = posture(arguments);
        assert_eq!(status, 2, "{arguments:?}: {stdout}");
        assert!(stdout.is_empty(), "{stdout}");
        assert!(stderr.starts_with("posture: "), "{stderr}");
    }
}

#[test]
fn development_issuer_does_not_fall_short() {
    let (issuer, _) = super::issuer::start(&[]);
    let url = format!("http://{}", issuer.address);
    let (status, stdout, stderr) = posture(&[&url, "--allow-loopback-http", "--json"]);
    assert_eq!(status, 0, "{stdout}{stderr}");
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["falls_short"], false);
}
