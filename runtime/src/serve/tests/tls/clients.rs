//! Certificates of clients.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::date_time_ymd;

use super::*;
use crate::ClientCertificate;

/// Responds with the certificate of the connection, in base64.
async fn certificate(request: Request, next: Next) -> Response {
    let certificate = ClientCertificate::of(&request);
    let mut response = next.run(request).await;
    if let Some(certificate) = certificate {
        assert_eq!(format!("{certificate:?}"), "ClientCertificate { .. }");
        let text = STANDARD.encode(certificate.der());
        response
            .headers_mut()
            .insert("x-certificate", text.parse().unwrap());
    }
    response
}

async fn start(tls: Tls) -> TlsServer {
    let routes = SecureRouter::new()
        .route("/", get(hello))
        .layer(from_fn(certificate));
    let api = TestApi::new(routes).await;
    TlsServer::start(serve(api.api().clone()).tls_with(tls)).await
}

/// Returns the certificate that the server has found, or the error.
async fn presented(server: &TlsServer, client: ClientConfig) -> Result<Option<String>, String> {
    let response = server
        .get(client, "/")
        .await
        .map_err(|error| error.to_string())?;
    assert!(is_ok(&response), "{response}");
    let field = response
        .lines()
        .find_map(|line| line.strip_prefix("x-certificate: "));
    Ok(field.map(str::to_owned))
}

fn text(identity: &Identity) -> String {
    STANDARD.encode(identity.der())
}

#[tokio::test]
async fn required_certificate_is_verified() {
    let (ca, clients, other) = (Ca::new("ca"), Ca::new("clients"), Ca::new("other"));
    let tls = ca.issue().tls();
    let server = start(tls.client_certificates(Pem::text(clients.pem.clone()))).await;
    let client = clients.issue();
    assert_eq!(
        presented(&server, ca.client_with(&client)).await,
        Ok(Some(text(&client)))
    );
    let expired = clients.issue_with(|parameters| {
        parameters.not_before = date_time_ymd(2019, 1, 1);
        parameters.not_after = date_time_ymd(2020, 1, 1);
    });
    let for_servers = clients.issue_with(|parameters| {
        parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    });
    let refused = [
        ("none", ca.client()),
        ("of another authority", ca.client_with(&other.issue())),
        ("of the server's authority", ca.client_with(&ca.issue())),
        ("expired", ca.client_with(&expired)),
        ("of a server", ca.client_with(&for_servers)),
        ("self-signed", ca.client_with(&Identity::self_signed())),
    ];
    for (case, config) in refused {
        let error = presented(&server, config).await.unwrap_err();
        assert!(error.contains("alert"), "{case}: {error}");
    }
}

#[tokio::test]
async fn optional_certificate_is_verified_if_presented() {
    let (ca, clients, other) = (Ca::new("ca"), Ca::new("clients"), Ca::new("other"));
    let tls = ca.issue().tls();
    let tls = tls.optional_client_certificates(Pem::text(clients.pem.clone()));
    let server = start(tls).await;
    let client = clients.issue();
    assert_eq!(
        presented(&server, ca.client_with(&client)).await,
        Ok(Some(text(&client)))
    );
    assert_eq!(presented(&server, ca.client()).await, Ok(None));
    let error = presented(&server, ca.client_with(&other.issue())).await;
    assert!(error.unwrap_err().contains("alert"));
}

/// RFC 8705 §2.2.
#[tokio::test]
async fn self_signed_certificate_shows_possession_of_its_key() {
    let ca = Ca::new("ca");
    let server = start(ca.issue().tls().self_signed_client_certificates()).await;
    let expired = Identity::self_signed_with(|parameters| {
        parameters.not_before = date_time_ymd(2019, 1, 1);
        parameters.not_after = date_time_ymd(2020, 1, 1);
    });
    for client in [Identity::self_signed(), expired, Ca::new("other").issue()] {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let mut config = ca.client_with(&client);
            let only = ClientConfig::builder_with_provider(Arc::clone(config.crypto_provider()))
                .with_protocol_versions(&[version])
                .unwrap();
            let mut roots = RootCertStore::empty();
            roots
                .add(CertificateDer::from_pem_slice(ca.pem.as_bytes()).unwrap())
                .unwrap();
            let only = only.with_root_certificates(roots);
            let resolver = Arc::clone(&config.client_auth_cert_resolver);
            config = only.with_client_cert_resolver(resolver);
            assert_eq!(presented(&server, config).await, Ok(Some(text(&client))));
        }
    }
    assert_eq!(presented(&server, ca.client()).await, Ok(None));
}

/// A certificate is public: a client must sign the handshake with its key.
#[tokio::test]
async fn certificate_of_another_key_is_refused() {
    let (ca, clients) = (Ca::new("ca"), Ca::new("clients"));
    let (victim, attacker) = (clients.issue(), clients.issue());
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let key = PrivateKeyDer::from_pem_slice(attacker.key.as_bytes()).unwrap();
    let signer = provider.key_provider.load_private_key(key).unwrap();
    let stolen = rustls::sign::CertifiedKey::new(vec![victim.der()], signer);
    let resolver = Arc::new(rustls::sign::SingleCertAndKey::from(stolen));
    let tls = || ca.issue().tls();
    for tls in [
        tls().client_certificates(Pem::text(clients.pem.clone())),
        tls().optional_client_certificates(Pem::text(clients.pem.clone())),
        tls().self_signed_client_certificates(),
    ] {
        let server = start(tls).await;
        let resolver: Arc<dyn rustls::client::ResolvesClientCert> = resolver.clone();
        let config = ca.builder().with_client_cert_resolver(resolver);
        let error = presented(&server, config).await.unwrap_err();
        assert!(error.contains("alert"), "{error}");
    }
}

#[tokio::test]
async fn session_with_client_certificates_is_not_resumed() {
    let (ca, clients) = (Ca::new("ca"), Ca::new("clients"));
    let tls = ca.issue().tls();
    let server = start(tls.client_certificates(Pem::text(clients.pem.clone()))).await;
    let config = ca.client_with(&clients.issue());
    for _ in 0..2 {
        // the session store of the client is shared by its clones
        let mut stream = server.connect(config.clone()).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        assert!(is_ok(&response), "{response}");
        let kind = stream.get_ref().1.handshake_kind().unwrap();
        assert_ne!(kind, rustls::HandshakeKind::Resumed);
    }
}

#[tokio::test]
async fn unusable_authorities_are_named() {
    let ca = Ca::new("ca");
    let (mut parameters, key) = Ca::parameters("expired");
    parameters.not_before = date_time_ymd(2019, 1, 1);
    parameters.not_after = date_time_ymd(2020, 1, 1);
    let expired = parameters.self_signed(&key).unwrap().pem();
    let role = "the text of the client certificates' authorities";
    for (pem, expected) in [
        (String::new(), format!("{role} is empty")),
        ("x".to_owned(), format!("{role} has no certificate")),
        (ca.issue().key, format!("{role} has no certificate")),
        (
            expired,
            format!("certificate 1 in {role} expired at 2020-01-01"),
        ),
    ] {
        for is_required in [true, false] {
            let (tls, pem) = (ca.issue().tls(), Pem::text(pem.clone()));
            let tls = if is_required {
                tls.client_certificates(pem)
            } else {
                tls.optional_client_certificates(pem)
            };
            let server = serve(hello_api().await).tls_with(tls);
            let error = server.bind("127.0.0.1:0").await.unwrap_err().to_string();
            assert!(error.starts_with(&expected), "{expected}: {error}");
        }
    }
}

/// Only the server can put a certificate into a request.
#[tokio::test]
async fn certificate_in_a_header_or_extension_is_ignored() {
    async fn insert(mut request: Request, next: Next) -> Response {
        let forged = ClientCertificate::new(b"forged", true);
        request.extensions_mut().insert(forged.clone());
        request.extensions_mut().insert(Some(forged));
        certificate(request, next).await
    }
    let ca = Ca::new("ca");
    let routes = SecureRouter::new()
        .route("/", get(hello))
        .layer(from_fn(insert));
    let api = TestApi::new(routes).await;
    let server = serve(api.api().clone()).tls_with(ca.issue().tls());
    let server = TlsServer::start(server).await;
    let mut stream = server.connect(ca.client()).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nClient-Cert: :Zm9yZ2Vk:\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(
        is_ok(&response) && !response.contains("x-certificate"),
        "{response}"
    );
}
