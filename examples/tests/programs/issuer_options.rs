//! The command line of the development issuer, and its file of clients.

use std::process::Command;

use crate::issuer::{AUDIENCE, clients_file};
use crate::unused_address::unused_address;

#[test]
fn wrong_file_of_clients_is_reported() {
    for (clients, expected) in [
        ("", "EOF"),
        ("{}", "expected a sequence"),
        (
            r#"[{"client_id":"a","redirect_uri":"https://a.example"}]"#,
            "unknown field `redirect_uri`",
        ),
        (r#"[{"redirect_uris":[]}]"#, "missing field `client_id`"),
        (
            r#"[{"client_id":"a","secret":"s","jwks":{"keys":[]}}]"#,
            "both `secret` and `jwks`",
        ),
        (r#"[{"client_id":"a","secret":""}]"#, "`secret` is empty"),
        // a template whose secret is missing must not make a public client
        (r#"[{"client_id":"a","secret":null}]"#, "null"),
        (r#"[{"client_id":"a","jwks":null}]"#, "null"),
        (r#"[{"client_id":"a","jwks":[]}]"#, "expected a map"),
        (
            r#"[{"client_id":"a","client_name":" "}]"#,
            "a client's name",
        ),
        (r#"[{"client_id":"a","jwks":{"keys":[]}}]"#, "client `a`"),
        (
            r#"[{"client_id":"a","redirect_uris":["http://a.example"]}]"#,
            "http://a.example",
        ),
        (
            r#"[{"client_id":"a"},{"client_id":"a"}]"#,
            "two clients have the ID `a`",
        ),
        (r#"[{"client_id":""}]"#, "a client ID has"),
        (r#"[{"client_id":"a","scopes":["a\"b"]}]"#, "client `a`"),
    ] {
        let file = clients_file(clients);
        let output = Command::new(env!("CARGO_BIN_EXE_issuer"))
            .args([
                "--listen",
                "127.0.0.1:0",
                "--audience",
                AUDIENCE,
                "--clients",
            ])
            .arg(&file)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{clients}");
        assert!(printed.contains(expected), "{clients}: {printed}");
    }
}

#[test]
fn wrong_command_line_of_the_issuer_is_reported() {
    for (arguments, expected) in [
        (&[][..], "--listen"),
        (&["--listen", "127.0.0.1:0"], "--audience"),
        (&["--listen", "0.0.0.0:0", "--audience", "a"], "loopback"),
        (&["--listen", "[::]:0", "--audience", "a"], "loopback"),
        (&["--listen", "192.0.2.1:0", "--audience", "a"], "loopback"),
        (&["--listen", "127.0.0.1:0", "--audience", ""], "audience"),
        (
            &[
                "--listen",
                "127.0.0.1:0",
                "--audience",
                "a",
                "--subject",
                "",
            ],
            "subject",
        ),
        (
            &[
                "--listen",
                "127.0.0.1:0",
                "--audience",
                "a",
                "--scopes",
                "a  b",
            ],
            "scopes",
        ),
        (
            &["--listen", "127.0.0.1:0", "--audience", "a", "--role", "\n"],
            "role",
        ),
        (
            &[
                "--listen",
                "127.0.0.1:0",
                "--audience",
                "a",
                "--clients",
                "missing.json",
            ],
            "missing.json",
        ),
        (
            &[
                "--listen",
                "127.0.0.1:0",
                "--audience",
                "a",
                "--auto-login",
                "",
            ],
            "auto-login",
        ),
        (&["--unknown"], "--unknown"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_issuer"))
            .args(arguments)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(printed.contains(expected), "{arguments:?}: {printed}");
    }
}

/// Otherwise, each login would fail with 500.
#[test]
fn auto_login_user_with_an_invalid_subject_is_reported() {
    let file = clients_file(r#"[{"client_id":"orders-api","secret":"s"}]"#);
    let file = file.to_str().unwrap();
    let long = "a".repeat(256);
    let of_file = ["--clients", file];
    for (user, clients, expected) in [
        ("", &[][..], "1 to 255 bytes"),
        ("web", &[], "the ID of a client"),
        ("orders-api", &of_file, "the ID of a client"),
        (&long, &[], "1 to 255 bytes"),
        ("a\nb", &[], "control characters"),
        ("a\u{202e}b", &of_file, "control characters"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_issuer"))
            .args(["--listen", "127.0.0.1:0", "--audience", AUDIENCE])
            .args(["--auto-login", user])
            .args(clients)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{user:?}");
        for text in ["--auto-login", expected] {
            assert!(printed.contains(text), "{user:?}: {printed}");
        }
    }
}

/// Programs that drive the issuer read its address, and may close the pipe before it has printed the rest.
#[test]
fn closed_standard_output_does_not_end_the_issuer() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let address = unused_address().to_string();
    let mut issuer = Command::new(env!("CARGO_BIN_EXE_issuer"))
        .args(["--listen", &address, "--audience", AUDIENCE])
        .stdout(writer)
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_mins(1);
    let is_served = loop {
        let connected = std::net::TcpStream::connect(&address);
        if connected.is_ok_and(|mut stream| is_answered(&mut stream, &address)) {
            break true;
        }
        if issuer.try_wait().unwrap().is_some() || std::time::Instant::now() > until {
            break false;
        }
        std::thread::yield_now();
    };
    let _ = issuer.kill();
    issuer.wait().unwrap();
    assert!(is_served);
}

fn is_answered(stream: &mut std::net::TcpStream, address: &str) -> bool {
    use std::io::{Read as _, Write as _};
    let request = format!("GET /jwks HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut response = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut response).is_ok()
        && response.starts_with("HTTP/1.1 200")
}
