//! The documents that `orders` and the quickstart write.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use palisade::testing::TestApi;
use palisade::testing::attack::Attack;
use palisade_examples::orders::{Store, described, routes};
use serde_json::{Value, json};
use tempfile::TempDir;

const NAMES: [&str; 6] = [
    "inventory.json",
    "openapi.json",
    "palisade.lock",
    "report.html",
    "report.json",
    "report.md",
];

fn write(folder: &Path, more: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_orders"))
        .arg("--write-documents")
        .arg(folder)
        .args(more)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn read(folder: &Path, name: &str) -> Value {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn assert_written(folder: &Path) {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    assert_eq!(names, NAMES);
}

#[test]
fn documents_are_the_same_each_time() {
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for directory in [&first, &second] {
        let (success, text) = write(directory.path(), &[]);
        assert!(success, "{text}");
        assert_written(directory.path());
    }
    for name in NAMES {
        let read = |directory: &TempDir| fs::read(directory.path().join(name)).unwrap();
        // the issuer generates new keys each time, and no document contains them
        assert!(read(&first) == read(&second), "{name}");
    }
    let inventory = read(first.path(), "inventory.json");
    let routes = inventory["routes"].as_array().unwrap();
    let paths: Vec<_> = routes
        .iter()
        .map(|route| route["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        [
            "/docs",
            "/docs/viewer.js",
            "/health",
            "/openapi.json",
            "/orders",
            "/orders",
            "/orders/{id}",
            "/orders/{id}",
            "/whoami"
        ]
    );
    let delete = &routes[6];
    assert_eq!(delete["methods"], json!(["DELETE"]));
    assert_eq!(
        delete["requires"]["scopes"],
        json!({ "any": ["admin", { "all": ["orders:write", "orders:delete"] }] })
    );
    assert_eq!(inventory["listener"]["transport"], "plain_on_host");
}

/// The attack kit attacks the routes, not the description of the API.
#[test]
fn report_with_attack_results_is_complete() {
    let directory = TempDir::new().unwrap();
    let results = directory.path().join("attacks.json");
    let folder = directory.path().join("documents");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let attacked = runtime.block_on(async {
        let api = TestApi::new(routes().with_state(Store::default())).await;
        let api = api.map_api(described);
        Attack::new(&api).run().await.assert_refused()
    });
    let attacked = attacked.with_commit("0123abc").unwrap();
    attacked
        .with_date("2026-11-29")
        .unwrap()
        .write(&results)
        .unwrap();
    let (success, text) = write(&folder, &["--attack-results", results.to_str().unwrap()]);
    assert!(success, "{text}");
    let report = read(&folder, "report.json");
    assert_eq!(report["gaps"], Value::Array(Vec::new()));
    let tokens = &report["standard"][15];
    let basis = tokens["basis"].as_str().unwrap();
    assert!(
        basis.starts_with("proved by ") && basis.contains("commit 0123abc, 2026-11-29"),
        "{basis}"
    );

    let (success, text) = write(&folder, &["--attack-results", "/nonexistent/attacks.json"]);
    assert!(!success && text.contains("attacks.json"), "{text}");
}

/// The options of the listener are facts of the report; their files are not read.
#[test]
fn options_of_the_listener_are_in_the_documents() {
    let directory = TempDir::new().unwrap();
    let folder = directory.path();
    let tls = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let limit = ["--max-connections", "77"];
    let (success, text) = write(folder, &[&tls[..], &limit].concat());
    assert!(success, "{text}");
    let report = read(folder, "report.json");
    let tls = &report["standard"][10];
    assert_eq!(tls["id"], "R1");
    assert_eq!(
        tls["evidence"],
        json!(["the program serves TLS 1.2 and 1.3"])
    );
    let limits = &report["listener"]["limits"];
    assert_eq!(limits[0], "connection_limit: 77");
    assert_eq!(
        read(folder, "inventory.json")["listener"]["transport"],
        "tls"
    );

    let (success, text) = write(folder, &["--behind-proxy", "10.0.0.0/8"]);
    assert!(success, "{text}");
    let report = read(folder, "report.json");
    assert_eq!(report["listener"]["proxies"], "10.0.0.0/8");
}

/// Each path and URL that the quickstart prints leads to a document.
#[test]
fn quickstart_writes_and_serves_the_documents_that_it_names() {
    let mut quickstart = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .args(["--http", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(quickstart.stdout.take().unwrap()).lines();
    let printed: Vec<String> = lines
        .map(Result::unwrap)
        .take_while(|line| !line.contains("press Ctrl-C"))
        .collect();
    let named = |name: &str| {
        let line = printed.iter().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} is missing in {printed:?}"))
            .trim()
    };
    let page = named("description of the API:");
    let address = page
        .strip_prefix("http://")
        .and_then(|rest| rest.strip_suffix("/docs"))
        .unwrap();
    assert!(get(address, "/docs").starts_with("HTTP/1.1 200 OK"));
    assert!(get(address, "/openapi.json").contains("\"openapi\""));

    let folder = Path::new(named("security report:")).parent().unwrap();
    assert!(folder.is_absolute());
    assert_written(folder);
    for (name, file) in [
        ("security report:", "report.html"),
        ("inventory:", "inventory.json"),
        ("lock file:", "palisade.lock"),
    ] {
        assert_eq!(Path::new(named(name)), folder.join(file));
    }
    assert_eq!(
        read(folder, "inventory.json")["listener"]["transport"],
        "plain_on_host"
    );
    quickstart.kill().unwrap();
    quickstart.wait().unwrap();
    fs::remove_dir_all(folder).unwrap();
}

fn get(address: &str, path: &str) -> String {
    use std::io::{Read as _, Write as _};

    let mut socket = std::net::TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).unwrap();
    let mut response = Vec::new();
    socket.read_to_end(&mut response).unwrap();
    String::from_utf8_lossy(&response).into_owned()
}
