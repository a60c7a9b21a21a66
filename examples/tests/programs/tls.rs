//! The listener of `orders`: TLS, certificates of clients, proxies.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use palisade::testing::EmbeddedIssuer;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::orders::{AUDIENCE, Orders};

/// A directory with a certificate and its key, the keys of an issuer, and nothing else.
struct Files(PathBuf);

impl Files {
    fn new(name: &str) -> Self {
        let name = format!("tls-{}-{name}", std::process::id());
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        let files = Self(directory);
        let issuer = EmbeddedIssuer::new("https://issuer.example");
        fs::write(files.path("jwks.json"), issuer.jwks()).unwrap();
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Replaces the certificate and its key, and returns the certificate in PEM.
    fn write_certificate(&self) -> String {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = parameters.self_signed(&key).unwrap().pem();
        fs::write(self.path("cert.pem"), &certificate).unwrap();
        fs::write(self.path("key.pem"), key.serialize_pem()).unwrap();
        certificate
    }

    /// Returns the arguments for an issuer, and more.
    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let jwks = self.text("jwks.json");
        let issuer = ["--issuer", "https://issuer.example", "--jwks", &jwks];
        [&issuer, more]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    fn tls_arguments(&self, more: &[&str]) -> Vec<String> {
        let (certificate, key) = (self.text("cert.pem"), self.text("key.pem"));
        let tls = ["--tls-cert", &certificate, "--tls-key", &key];
        self.arguments(&[&tls, more].concat())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn start(arguments: &[String]) -> Orders {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Orders::start(&arguments)
}

/// Requests `/health` over TLS, and returns the status line.
fn health(
    orders: &Orders,
    trusted: &str,
    client: Option<(&str, &KeyPair)>,
) -> Result<String, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(trusted.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match client {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
            builder
                .with_client_auth_cert(vec![certificate], key)
                .unwrap()
        }
    };
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(orders.address())?;
    let mut stream = StreamOwned::new(connection, socket);
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response.lines().next().unwrap_or_default().to_owned())
}

#[test]
fn tls_is_served_and_certificates_are_reloaded_on_hangup() {
    let files = Files::new("reload");
    let first = files.write_certificate();
    let orders = start(&files.tls_arguments(&[]));
    assert_eq!(health(&orders, &first, None).unwrap(), "HTTP/1.1 200 OK");
    let second = files.write_certificate();
    orders.signal("-HUP");
    // earlier than the look every 30 s
    let until = Instant::now() + Duration::from_secs(20);
    while health(&orders, &second, None).is_err() {
        assert!(Instant::now() < until, "the certificate is not replaced");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(health(&orders, &first, None).is_err());
    assert_eq!(orders.terminate(), Some(0));
}

#[test]
fn client_needs_a_certificate_of_the_authority() {
    let files = Files::new("clients");
    let trusted = files.write_certificate();
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::default();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = parameters.self_signed(&key).unwrap().pem();
    fs::write(files.path("clients.pem"), authority).unwrap();
    let authority = rcgen::Issuer::new(parameters, key);
    let client_key = KeyPair::generate().unwrap();
    let client = CertificateParams::new(vec!["client".to_owned()]).unwrap();
    let client = client.signed_by(&client_key, &authority).unwrap().pem();
    let orders = start(&files.tls_arguments(&["--client-ca", &files.text("clients.pem")]));
    let response = health(&orders, &trusted, Some((&client, &client_key)));
    assert_eq!(response.unwrap(), "HTTP/1.1 200 OK");
    assert!(health(&orders, &trusted, None).is_err());
}

/// Returns the message of a program that cannot start.
fn failure(listen: &str, arguments: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_orders"))
        .args(["--listen", listen, "--audience", AUDIENCE])
        .args(arguments)
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn listener_that_cannot_start_names_the_mistake() {
    let files = Files::new("mistakes");
    files.write_certificate();
    let (certificate, key) = (files.text("cert.pem"), files.text("key.pem"));
    let loopback = "127.0.0.1:0";
    for (listen, arguments, expected) in [
        (
            "0.0.0.0:0",
            files.arguments(&[]),
            "is not a loopback address",
        ),
        (
            loopback,
            files.arguments(&["--tls-cert", &certificate]),
            "must be used together",
        ),
        (
            loopback,
            files.arguments(&["--tls-key", &key]),
            "must be used together",
        ),
        (
            loopback,
            files.arguments(&["--client-ca", &certificate]),
            "must be used together",
        ),
        (
            loopback,
            files.arguments(&["--tls-cert", &key, "--tls-key", &key]),
            "has no certificate",
        ),
        (
            loopback,
            files.tls_arguments(&["--client-ca", &key]),
            "has no certificate",
        ),
        (
            loopback,
            files.arguments(&["--behind-proxy", "10.0.0.1/8"]),
            "bits beyond the prefix",
        ),
        (
            loopback,
            files.arguments(&["--behind-proxy", "proxy"]),
            "malformed network",
        ),
    ] {
        let message = failure(listen, &arguments);
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn plain_http_behind_a_proxy_is_served_on_every_address() {
    let files = Files::new("proxy");
    let arguments = files.arguments(&[
        "--behind-proxy",
        "10.0.0.0/8",
        "--behind-proxy",
        "127.0.0.1",
    ]);
    let orders = start(
        &[
            vec!["--listen".to_owned(), "0.0.0.0:0".to_owned()],
            arguments,
        ]
        .concat(),
    );
    let port = orders.address().rsplit(':').next().unwrap();
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream
        .write_all(b"GET /health HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

/// Without `--max-connections`, the limit of the system is reached first.
#[cfg(unix)]
#[test]
fn idle_connections_up_to_the_limit_of_open_files_leave_a_client_served() {
    let files = Files::new("open-files");
    let arguments = files.arguments(&[]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let orders = Orders::start_with_files(64, &arguments);
    let mut idle = Vec::new();
    for _ in 0..5 {
        for _ in 0..50 {
            idle.push(TcpStream::connect(orders.address()).unwrap());
        }
        let (status, _) = orders.call("GET", "/health", None, None);
        assert_eq!(status, 200);
    }
    drop(idle);
    assert_eq!(orders.call("GET", "/health", None, None).0, 200);
}
