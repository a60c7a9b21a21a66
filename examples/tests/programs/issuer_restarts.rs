//! The development issuer, killed at any point of a flow and started again.

use std::collections::HashMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::issuer::AUDIENCE;
use crate::unused_address::unused_address;

/// How often the issuer is killed.
const KILLS: u64 = 200;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http%3A%2F%2F127.0.0.1%3A8081%2Fcallback";

/// The login of a client when the issuer ends.
#[derive(Default)]
struct Known {
    /// A code that was redeemed for certain.
    redeemed: Option<String>,
    /// The refresh token of the last response.
    refresh_token: Option<String>,
}

fn start(address: &str, data: &Path) -> Child {
    start_for("alice", address, data)
}

/// Starts the issuer, which logs in the user.
fn start_for(user: &str, address: &str, data: &Path) -> Child {
    let child = Command::new(env!("CARGO_BIN_EXE_issuer"))
        .args([
            "--listen",
            address,
            "--audience",
            AUDIENCE,
            "--auto-login",
            user,
            "--data",
        ])
        .arg(data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < until, "the issuer is not ready");
        thread::yield_now();
    }
    child
}

/// Sends a request; returns the status, the head and the body, or `None` if the issuer ended.
fn send(address: &str, method: &str, target: &str, form: &str) -> Option<(u16, String, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let length = form.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
    .ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    let (head, body) = response.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))?
        .parse()
        .ok()?;
    (body.len() == length).then(|| (status, head.to_owned(), body.to_owned()))
}

/// Returns a code, or `None` if the issuer ended.
fn log_in(address: &str) -> Option<String> {
    let target = format!(
        "/authorize?client_id=web&redirect_uri={REDIRECT}&response_type=code&code_challenge={CHALLENGE}&code_challenge_method=S256"
    );
    let (status, head, _) = send(address, "GET", &target, "")?;
    assert_eq!(status, 303, "{head}");
    let (_, code) = head.split_once("code=").unwrap();
    Some(code.split('&').next().unwrap().to_owned())
}

/// Returns the status and the refresh token, or `None` if the issuer ended.
fn tokens(address: &str, form: &str) -> Option<(u16, Option<String>)> {
    let form = format!("client_id=web&{form}");
    let (status, _, body) = send(address, "POST", "/token", &form)?;
    let body: Value = serde_json::from_str(&body).unwrap();
    Some((status, body["refresh_token"].as_str().map(str::to_owned)))
}

fn redeem(address: &str, code: &str) -> Option<(u16, Option<String>)> {
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={REDIRECT}&code_verifier={VERIFIER}"
    );
    tokens(address, &form)
}

fn refresh(address: &str, token: &str) -> Option<(u16, Option<String>)> {
    tokens(
        address,
        &format!("grant_type=refresh_token&refresh_token={token}"),
    )
}

/// Logs in and refreshes until the issuer ends, and reports each response.
fn use_until_it_ends(address: &str, responded: &Sender<()>) -> Known {
    let respond = || {
        // the test waits for some of the responses only
        let _ = responded.send(());
    };
    let mut known = Known::default();
    loop {
        let Some(code) = log_in(address) else {
            return known;
        };
        respond();
        known = Known::default();
        let Some((200, token)) = redeem(address, &code) else {
            return known;
        };
        known = Known {
            redeemed: Some(code),
            refresh_token: token,
        };
        respond();
        for _ in 0..3 {
            let token = known.refresh_token.as_deref().unwrap();
            match refresh(address, token) {
                Some((status, token)) => {
                    assert_eq!(status, 200);
                    known.refresh_token = token;
                    respond();
                }
                None => return known,
            }
        }
    }
}

fn published_keys(address: &str) -> HashMap<String, Value> {
    let (_, _, body) = send(address, "GET", "/jwks", "").unwrap();
    let document: Value = serde_json::from_str(&body).unwrap();
    let keys = document["keys"].as_array().unwrap().iter();
    keys.map(|key| (key["kid"].as_str().unwrap().to_owned(), key.clone()))
        .collect()
}

/// No code works twice, no login is lost, and no key changes.
#[test]
fn killed_issuer_keeps_its_grants_and_keys() {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("issuer-restarts");
    let _ = fs::remove_dir_all(&data);
    let address = unused_address().to_string();

    let mut issuer = start(&address, &data);
    let keys = published_keys(&address);
    let mut logins = 0;
    for round in 0..KILLS {
        let (responded, responses) = channel();
        let client = {
            let address = address.clone();
            thread::spawn(move || use_until_it_ends(&address, &responded))
        };
        for _ in 0..round % 10 {
            responses.recv().unwrap();
        }
        // somewhere in the next request
        thread::sleep(Duration::from_micros(round * 397 % 5_000));
        issuer.kill().unwrap();
        issuer.wait().unwrap();
        let known = client.join().unwrap();

        issuer = start(&address, &data);
        assert_eq!(published_keys(&address), keys, "round {round}");
        logins += u64::from(known.redeemed.is_some());
        if let Some(token) = &known.refresh_token {
            let (status, _) = refresh(&address, token).unwrap();
            assert_eq!(status, 200, "round {round}: the login is lost");
        }
        if let Some(code) = &known.redeemed {
            let (status, _) = redeem(&address, code).unwrap();
            assert_eq!(status, 400, "round {round}: the code works twice");
        }
    }
    assert!(logins > KILLS / 4, "only {logins} logins");
    issuer.kill().unwrap();
    issuer.wait().unwrap();
}

/// Each state in which the first start may have been interrupted.
#[test]
fn interrupted_first_start_is_completed_by_the_next_one() {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("issuer-first-start");
    let address = unused_address().to_string();
    let run = || {
        let mut issuer = start(&address, &data);
        let keys = published_keys(&address);
        issuer.kill().unwrap();
        issuer.wait().unwrap();
        keys
    };
    let _ = fs::remove_dir_all(&data);
    run();
    let key = fs::read(data.join("vault.key")).unwrap();
    for (has_store, has_key) in [(false, false), (true, false), (true, true), (false, true)] {
        fs::remove_dir_all(&data).unwrap();
        fs::create_dir(&data).unwrap();
        if has_store {
            fs::DirBuilder::new()
                .mode(0o700)
                .create(data.join("vault"))
                .unwrap();
        }
        if has_key {
            let mut options = fs::OpenOptions::new();
            let file = options.write(true).create_new(true).mode(0o600);
            let mut file = file.open(data.join("vault.key")).unwrap();
            file.write_all(&key).unwrap();
        }
        let keys = run();
        assert_eq!(run(), keys, "{has_store} {has_key}");
    }
}

/// Data without its key are never replaced.
#[test]
fn data_without_its_key_are_an_error() {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("issuer-lost-key");
    let _ = fs::remove_dir_all(&data);
    let address = unused_address().to_string();
    let mut issuer = start(&address, &data);
    // the vault exists when the first request is answered
    let _ = published_keys(&address);
    issuer.kill().unwrap();
    issuer.wait().unwrap();
    fs::remove_file(data.join("vault.key")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_issuer"))
        .args(["--listen", &address, "--audience", AUDIENCE, "--data"])
        .arg(&data)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && printed.contains("there is no key"),
        "{printed}"
    );
    assert!(!data.join("vault.key").exists());
}

/// OpenID Connect Core §3.1.2.1: a client that requests one user never receives the code of another user.
#[test]
fn id_token_hint_of_another_user_is_denied_with_auto_login() {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("issuer-hint");
    let _ = fs::remove_dir_all(&data);
    let address = unused_address().to_string();
    let request = |extra: &str| {
        let target = format!(
            "/authorize?client_id=web&redirect_uri={REDIRECT}&response_type=code&scope=openid\
             &code_challenge={CHALLENGE}&code_challenge_method=S256{extra}"
        );
        let (status, head, _) = send(&address, "GET", &target, "").unwrap();
        assert_eq!(status, 303, "{head}");
        head
    };
    let code = |head: &str| {
        let code = head.split_once("?code=").unwrap().1;
        code.split('&').next().unwrap().to_owned()
    };

    let mut issuer = start(&address, &data);
    let form = format!(
        "client_id=web&grant_type=authorization_code&code={}&redirect_uri={REDIRECT}&code_verifier={VERIFIER}",
        code(&request(""))
    );
    let (_, _, body) = send(&address, "POST", "/token", &form).unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    let hint = format!("&id_token_hint={}", body["id_token"].as_str().unwrap());
    code(&request(&hint));
    issuer.kill().unwrap();
    issuer.wait().unwrap();

    let mut issuer = start_for("bob", &address, &data);
    for (extra, error) in [
        (&*hint, "login_required"),
        (&format!("{hint}&prompt=none"), "login_required"),
        (&format!("{hint}&prompt=login"), "login_required"),
        ("&id_token_hint=a.b.c", "invalid_request"),
    ] {
        let head = request(extra);
        assert!(head.contains(&format!("?error={error}")), "{extra}: {head}");
        assert!(!head.contains("code="), "{extra}: {head}");
    }
    code(&request(""));
    issuer.kill().unwrap();
    issuer.wait().unwrap();
}
