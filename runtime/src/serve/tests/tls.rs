//! Tests of TLS over real sockets.

mod certificates;
mod clients;
#[cfg(feature = "http2")]
mod correctness;
#[cfg(feature = "http2")]
mod http2;
#[cfg(feature = "http2")]
mod http2_head;
#[cfg(feature = "http2")]
mod http2_hosts;
#[cfg(feature = "http2")]
mod http2_limits;
#[cfg(feature = "http2")]
mod http2_settings;
#[cfg(feature = "http2")]
mod http2_unread;
#[cfg(feature = "http2")]
mod load;
mod reload;
mod revocation;
#[cfg(feature = "authorization-server")]
mod token_endpoint;
mod transport_security;
mod versions;

use std::fs;
use std::future::pending;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer as Authority, KeyPair};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::{Pem, Tls, TlsError};

/// A certificate authority, or an intermediate one.
struct Ca {
    authority: Authority<'static, KeyPair>,
    pem: String,
}

/// A certificate with its key, both in PEM.
struct Identity {
    certificate: String,
    key: String,
}

impl Ca {
    fn new(name: &str) -> Self {
        let (parameters, key) = Self::parameters(name);
        let pem = parameters.self_signed(&key).unwrap().pem();
        let authority = Authority::new(parameters, key);
        Self { authority, pem }
    }

    fn parameters(name: &str) -> (CertificateParams, KeyPair) {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let subject = &mut parameters.distinguished_name;
        subject.push(rcgen::DnType::CommonName, name);
        (parameters, KeyPair::generate().unwrap())
    }

    /// Issues the certificate of another authority.
    fn intermediate(&self, name: &str) -> Self {
        let (parameters, key) = Self::parameters(name);
        let pem = parameters.signed_by(&key, &self.authority).unwrap().pem();
        let authority = Authority::new(parameters, key);
        Self { authority, pem }
    }

    fn issue(&self) -> Identity {
        self.issue_with(|_| {})
    }

    fn issue_with(&self, edit: impl FnOnce(&mut CertificateParams)) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let subject = &mut parameters.distinguished_name;
        subject.push(rcgen::DnType::CommonName, "leaf");
        edit(&mut parameters);
        let certificate = parameters.signed_by(&key, &self.authority).unwrap();
        Identity {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    /// A client that trusts this authority only.
    fn client(&self) -> ClientConfig {
        self.builder().with_no_client_auth()
    }

    /// A client that presents a certificate.
    fn client_with(&self, identity: &Identity) -> ClientConfig {
        let chain = CertificateDer::pem_slice_iter(identity.certificate.as_bytes());
        let chain = chain.map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
        self.builder().with_client_auth_cert(chain, key).unwrap()
    }

    fn builder(&self) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap();
        roots.add(certificate).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
    }
}

impl Identity {
    /// A certificate that no authority has issued.
    fn self_signed() -> Self {
        Self::self_signed_with(|_| {})
    }

    fn self_signed_with(edit: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        edit(&mut parameters);
        Self {
            certificate: parameters.self_signed(&key).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    fn tls(&self) -> Tls {
        Tls::new(
            Pem::text(self.certificate.clone()),
            Pem::text(self.key.clone()),
        )
    }

    fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()
    }
}

/// A server that stops when it is dropped.
struct TlsServer {
    address: SocketAddr,
    task: JoinHandle<Result<(), ServeError>>,
}

impl TlsServer {
    async fn start(server: crate::Server) -> Self {
        let bound = server.bind("127.0.0.1:0").await.unwrap();
        let address = bound.local_addr();
        let task = tokio::spawn(bound.run_until(pending()));
        Self { address, task }
    }

    async fn connect(&self, config: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
    }

    /// Sends one request over HTTP/1.1, and returns the response.
    async fn get(&self, config: ClientConfig, path: &str) -> std::io::Result<String> {
        let mut stream = self.connect(config).await?;
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        let mut response = String::new();
        stream.read_to_string(&mut response).await?;
        Ok(response)
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[public(reason = "a test")]
async fn hello() -> &'static str {
    "hello"
}

async fn hello_api() -> crate::Api {
    let routes = SecureRouter::new().route("/", get(hello));
    TestApi::new(routes).await.api().clone()
}

/// A directory that is removed with its files.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("palisade-tls-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// Writes a file, and returns its path.
    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn is_ok(response: &str) -> bool {
    response.starts_with("HTTP/1.1 200 ") && response.ends_with("hello")
}
