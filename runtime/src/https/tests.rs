//! Real TLS servers and proxies on loopback, with certificates of a private root.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Uri;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::client::{Client, ClientSettings};
use super::error::HttpsError;
use super::proxy::Proxy;
use super::roots::RootCertificates;

const JSON: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

/// A private certificate authority.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    /// Returns a client that trusts this authority, with a time limit of 1 s.
    fn client(&self, proxy: Option<Proxy>) -> Client {
        let roots = RootCertificates::from_pem(self.pem().as_bytes()).unwrap();
        client(roots, proxy)
    }
}

fn client(roots: RootCertificates, proxy: Option<Proxy>) -> Client {
    let settings = ClientSettings {
        allow_loopback_http: true,
        roots,
        #[cfg(feature = "relying-party")]
        identity: None,
    };
    Client::with_proxy(&settings, proxy).unwrap()
}

async fn get(client: &Client, url: &str) -> Result<Vec<u8>, HttpsError> {
    let deadline = Instant::now() + Duration::from_secs(1);
    client
        .get(
            &url.parse::<Uri>().unwrap(),
            &["application/json"],
            deadline,
        )
        .await
}

async fn error(client: &Client, url: &str) -> String {
    get(client, url).await.unwrap_err().to_string()
}

/// The heads of the requests that a server or a proxy has received.
type Heads = Arc<Mutex<Vec<String>>>;

/// How a proxy responds to a request for a tunnel.
#[derive(Clone)]
enum Reply {
    /// Opens a tunnel to this address, whichever server is requested.
    Tunnel(SocketAddr),
    Text(&'static str),
    /// A head that never ends.
    Endless,
    Silent,
}

async fn read_head(socket: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Starts an HTTPS server that sends `response`, with a certificate for `name`.
async fn serve(authority: &Authority, name: &str, response: &'static str) -> (SocketAddr, Heads) {
    let acceptor = authority.acceptor(name);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Heads::default();
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut socket) = acceptor.accept(socket).await else {
                continue;
            };
            let head = read_head(&mut socket).await;
            seen.lock().unwrap().push(head);
            let _ = socket.write_all(response.as_bytes()).await;
            let _ = socket.shutdown().await;
        }
    });
    (address, heads)
}

/// Starts a proxy, with TLS if there is an acceptor.
async fn start_proxy(reply: Reply, tls: Option<TlsAcceptor>) -> (SocketAddr, Heads) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Heads::default();
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (reply, seen, tls) = (reply.clone(), Arc::clone(&seen), tls.clone());
            tokio::spawn(async move {
                match tls {
                    Some(tls) => answer(tls.accept(socket).await.unwrap(), reply, seen).await,
                    None => answer(socket, reply, seen).await,
                }
            });
        }
    });
    (address, heads)
}

async fn answer(mut socket: impl AsyncRead + AsyncWrite + Unpin, reply: Reply, seen: Heads) {
    let head = read_head(&mut socket).await;
    seen.lock().unwrap().push(head);
    match reply {
        Reply::Tunnel(server) => {
            let mut server = TcpStream::connect(server).await.unwrap();
            socket
                .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                .await
                .unwrap();
            let _ = copy_bidirectional(&mut socket, &mut server).await;
        }
        Reply::Text(text) => {
            let _ = socket.write_all(text.as_bytes()).await;
            let _ = socket.shutdown().await;
        }
        Reply::Endless => {
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n").await;
            let field = format!("x: {}\r\n", "y".repeat(1000));
            while socket.write_all(field.as_bytes()).await.is_ok() {}
        }
        Reply::Silent => std::future::pending().await,
    }
}

fn proxy(url: &str) -> Proxy {
    Proxy::new(url, "").unwrap()
}

#[tokio::test]
async fn request_through_a_proxy_is_encrypted_and_has_no_credentials_of_the_proxy() {
    let authority = Authority::new();
    let (server, requests) = serve(&authority, "issuer.test", JSON).await;
    let (address, tunnels) = start_proxy(Reply::Tunnel(server), None).await;
    let client = authority.client(Some(proxy(&format!("http://user:secret@{address}"))));
    assert_eq!(
        get(&client, "https://issuer.test:8443/keys?x")
            .await
            .unwrap(),
        b"{}"
    );
    let tunnels = tunnels.lock().unwrap();
    let [tunnel] = tunnels.as_slice() else {
        panic!("{tunnels:?}")
    };
    assert!(
        tunnel.starts_with("CONNECT issuer.test:8443 HTTP/1.1\r\n"),
        "{tunnel}"
    );
    assert!(
        tunnel.contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"),
        "{tunnel}"
    );
    let requests = requests.lock().unwrap();
    let [request] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    assert!(request.starts_with("GET /keys?x HTTP/1.1\r\n"), "{request}");
    assert!(!request.to_ascii_lowercase().contains("proxy"), "{request}");
}

/// The port of https is 443 by default, and an IPv6 address has brackets.
#[tokio::test]
async fn tunnel_is_requested_with_host_and_port() {
    let (address, tunnels) = start_proxy(Reply::Text("HTTP/1.1 403 No\r\n\r\n"), None).await;
    let client = Authority::new().client(Some(proxy(&format!("http://{address}"))));
    for (url, target) in [
        ("https://issuer.test/keys", "issuer.test:443"),
        ("https://[2001:db8::1]/keys", "[2001:db8::1]:443"),
        ("https://192.0.2.1:8443/keys", "192.0.2.1:8443"),
    ] {
        assert!(get(&client, url).await.is_err());
        let head = tunnels.lock().unwrap().pop().unwrap();
        assert!(
            head.starts_with(&format!("CONNECT {target} HTTP/1.1\r\n")),
            "{head}"
        );
        assert!(!head.contains("Authorization"), "{head}");
    }
}

/// A proxy that forwards to another server, or answers itself, has no certificate for the name.
#[tokio::test]
async fn proxy_cannot_impersonate_the_server() {
    let authority = Authority::new();
    let (other, requests) = serve(&authority, "other.test", JSON).await;
    let (address, _) = start_proxy(Reply::Tunnel(other), None).await;
    let client = authority.client(Some(proxy(&format!("http://{address}"))));
    let text = error(&client, "https://issuer.test/keys").await;
    assert!(text.contains("certificate not valid for name"), "{text}");
    let (foreign, _) = serve(&Authority::new(), "issuer.test", JSON).await;
    let (address, _) = start_proxy(Reply::Tunnel(foreign), None).await;
    let client = authority.client(Some(proxy(&format!("http://{address}"))));
    let text = error(&client, "https://issuer.test/keys").await;
    assert!(text.contains("invalid peer certificate"), "{text}");
    let reply = "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let (address, _) = start_proxy(Reply::Text(reply), None).await;
    let client = authority.client(Some(proxy(&format!("http://{address}"))));
    assert!(matches!(
        get(&client, "https://issuer.test/keys").await,
        Err(HttpsError::Transport(_))
    ));
    assert!(requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn refusal_of_a_proxy_names_it_without_credentials() {
    for (reply, expected) in [
        (
            Reply::Text("HTTP/1.1 407 No\r\n\r\n"),
            "proxy authorization required",
        ),
        (Reply::Text("HTTP/1.1 403 No\r\n\r\n"), "unsuccessful"),
        (Reply::Text("HTTP/1.1 502 No\r\n\r\n"), "unsuccessful"),
        (Reply::Text("HTTP/1.1 204 No\r\n\r\n"), "unsuccessful"),
        (
            Reply::Text("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\n\r\n"),
            "unsuccessful",
        ),
        (Reply::Text("nonsense\r\n\r\n"), "unsuccessful"),
        (Reply::Text(""), "unexpected end of file"),
        (Reply::Endless, "too long"),
    ] {
        let (address, _) = start_proxy(reply, None).await;
        let client = Authority::new().client(Some(proxy(&format!("http://user:secret@{address}"))));
        let text = error(&client, "https://issuer.test/keys").await;
        let named = format!("the proxy `http://{address}/` opened no tunnel");
        assert!(
            text.contains(&named) && text.contains(expected),
            "{expected}: {text}"
        );
        assert!(!text.contains("secret"), "{text}");
    }
    let (address, _) = start_proxy(Reply::Silent, None).await;
    let client = Authority::new().client(Some(proxy(&format!("http://{address}"))));
    assert!(matches!(
        get(&client, "https://issuer.test/keys").await,
        Err(HttpsError::Timeout)
    ));
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let client = Authority::new().client(Some(proxy(&format!("http://{address}"))));
    let text = error(&client, "https://issuer.test/keys").await;
    assert!(
        text.contains("refused"),
        "a direct connection would be a DNS error: {text}"
    );
}

/// Limits and redirects are the same through a proxy.
#[tokio::test]
async fn response_through_a_proxy_is_limited() {
    let authority = Authority::new();
    for (response, expected) in [
        (
            "HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1/\r\ncontent-length: 0\r\n\r\n",
            "status 302",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n",
            "the content type \"text/html\"",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n{",
            "the connection to the issuer failed",
        ),
    ] {
        let (server, _) = serve(&authority, "issuer.test", response).await;
        let (address, tunnels) = start_proxy(Reply::Tunnel(server), None).await;
        let client = authority.client(Some(proxy(&format!("http://{address}"))));
        let text = error(&client, "https://issuer.test/keys").await;
        assert!(text.contains(expected), "{text}");
        assert_eq!(tunnels.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn https_proxy_is_verified_too() {
    let authority = Authority::new();
    let (server, _) = serve(&authority, "issuer.test", JSON).await;
    let acceptor = authority.acceptor("localhost");
    let (address, tunnels) = start_proxy(Reply::Tunnel(server), Some(acceptor)).await;
    let url = format!("https://localhost:{}", address.port());
    let client = authority.client(Some(proxy(&url)));
    assert_eq!(
        get(&client, "https://issuer.test/keys").await.unwrap(),
        b"{}"
    );
    assert_eq!(tunnels.lock().unwrap().len(), 1);
    let wrong_name = format!("https://127.0.0.1:{}", address.port());
    let client = authority.client(Some(proxy(&wrong_name)));
    let text = error(&client, "https://issuer.test/keys").await;
    assert!(text.contains("certificate not valid for name"), "{text}");
    assert_eq!(tunnels.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn loopback_is_never_requested_through_a_proxy() {
    let authority = Authority::new();
    let (server, requests) = serve(&authority, "localhost", JSON).await;
    let (address, tunnels) = start_proxy(Reply::Silent, None).await;
    let client = authority.client(Some(proxy(&format!("http://{address}"))));
    let url = format!("https://localhost:{}/keys", server.port());
    assert_eq!(get(&client, &url).await.unwrap(), b"{}");
    assert_eq!(requests.lock().unwrap().len(), 1);
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", plain.local_addr().unwrap());
    let serving = async {
        let (mut socket, _) = plain.accept().await.unwrap();
        let head = read_head(&mut socket).await;
        socket.write_all(JSON.as_bytes()).await.unwrap();
        head
    };
    let (response, head) = tokio::join!(get(&client, &url), serving);
    assert_eq!(response.unwrap(), b"{}");
    assert!(head.starts_with("GET /keys HTTP/1.1\r\n"), "{head}");
    assert!(tunnels.lock().unwrap().is_empty());
}

#[tokio::test]
async fn private_root_is_trusted_only_if_it_is_configured() {
    let authority = Authority::new();
    let (server, _) = serve(&authority, "localhost", JSON).await;
    let url = format!("https://localhost:{}/keys", server.port());
    let strict = client(RootCertificates::default(), None);
    let text = error(&strict, &url).await;
    assert!(
        text.contains("invalid peer certificate: UnknownIssuer"),
        "{text}"
    );
    let other = Authority::new().client(None);
    assert!(get(&other, &url).await.is_err());
    assert_eq!(get(&authority.client(None), &url).await.unwrap(), b"{}");
}

#[test]
fn root_certificates_are_pem_sections_of_certificates_only() {
    let (one, two) = (Authority::new().pem(), Authority::new().pem());
    let is_accepted = |text: &str| RootCertificates::from_pem(text.as_bytes()).is_some();
    assert!(is_accepted(&one));
    assert!(is_accepted(&format!("# a comment\n{one}\n{two}")));
    let private = KeyPair::generate().unwrap().serialize_pem();
    let malformed = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in [
        "",
        "no pem at all",
        &private,
        &format!("{one}{private}"),
        malformed,
        &format!("{one}{malformed}"),
        &one.replace("CERTIFICATE", "PUBLIC KEY"),
        &one.replace("-----END", "-----BEGIN"),
    ] {
        assert!(!is_accepted(text), "{text}");
    }
}

/// The variables are read from the environment of the process, here of a child.
#[test]
fn environment_of_the_process_names_the_proxy() {
    const CHILD: &str = "PALISADE_TEST_PROXY";
    if std::env::var_os(CHILD).is_some() {
        let text = match Client::new(&ClientSettings::default()) {
            Ok(_) => "valid".to_owned(),
            Err(error) => error.to_string(),
        };
        println!("proxy: {text}");
        return;
    }
    for (variable, value, expected) in [
        ("HTTPS_PROXY", "http://proxy.test:3128", "proxy: valid"),
        (
            "https_proxy",
            "socks5://secret:1080",
            "proxy: `https_proxy` is not",
        ),
        ("HTTP_PROXY", "socks5://secret:1080", "proxy: valid"),
    ] {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        for name in ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"] {
            child.env_remove(name);
        }
        let child = child
            .env(CHILD, "1")
            .env(variable, value)
            .args(["environment_of_the_process_names_the_proxy", "--nocapture"])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&child.stdout);
        assert!(
            text.contains(expected) && !text.contains("secret"),
            "{text}"
        );
    }
}
