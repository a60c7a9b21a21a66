//! Clients of an authorization server that authenticate with a certificate, and tokens that are bound to one (RFC 8705).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{DnType, SanType};
use serde_json::Value;

use super::*;
use crate::Secret;
use crate::authorization_server::{
    AuthorizationServer, AuthorizationServerRoutes, CertificateName, Client, ClientCredential,
    RegisteredClients,
};
use crate::relying_party::vault::{MemoryStore, TokenVault};
use crate::seal::SealingKey;

const SECRET: &str = "a secret of 32 bytes, or of more";
const GRANT: &str = "grant_type=client_credentials&scope=orders%3Aread";

async fn start(tls: Tls, clients: impl IntoIterator<Item = (&str, ClientCredential)>) -> TlsServer {
    let clients = clients.into_iter().map(|(id, credential)| {
        let client = Client::builder(id, credential).scopes("orders:read");
        let client = client.client_credentials();
        let client = if id == "bound" {
            client.certificate_bound_access_tokens()
        } else {
            client
        };
        client.build().unwrap()
    });
    let key = SealingKey::generate().unwrap();
    let vault = TokenVault::create(MemoryStore::new(), key).await.unwrap();
    let server = AuthorizationServer::builder("https://localhost", vault)
        .clients(RegisteredClients::new(clients).unwrap())
        .resource("https://orders.example", "orders:read")
        .id_token_algorithm(crate::Algorithm::EdDSA);
    let routes = AuthorizationServerRoutes::new(server.build().await.unwrap());
    let guard = ResourceServer::builder().without_issuers().build();
    let api = SecureRouter::<()>::new().merge(routes);
    TlsServer::start(serve(api.protect(guard.await.unwrap())).tls_with(tls)).await
}

/// Sends a form, and returns the status and the body.
async fn post(server: &TlsServer, client: ClientConfig, path: &str, form: &str) -> (u16, Value) {
    let mut stream = server.connect(client).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\ncontent-length: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}

fn named(name: CertificateName) -> ClientCredential {
    ClientCredential::certificate_name(name).unwrap()
}

/// Issues a certificate with a DNS name and a subject.
fn issue(ca: &Ca, name: &str) -> Identity {
    ca.issue_with(|parameters| {
        parameters.subject_alt_names = vec![SanType::DnsName(name.try_into().unwrap())];
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        let subject = &mut parameters.distinguished_name;
        subject.push(DnType::OrganizationName, "Ministry");
        subject.push(DnType::CommonName, name);
    })
}

/// RFC 8705 §2.1.
#[tokio::test]
async fn issued_certificate_with_the_registered_name_authenticates_its_client() {
    let (ca, authority) = (Ca::new("ca"), Ca::new("clients"));
    let tls = ca.issue().tls();
    let tls = tls.optional_client_certificates(Pem::text(authority.pem.clone()));
    let dn = CertificateName::SubjectDn("CN=orders.example,O=Ministry".to_owned());
    let dns = CertificateName::Dns("bills.example".to_owned());
    let clients = [
        ("orders", named(dn)),
        ("bills", named(dns)),
        (
            "secret",
            ClientCredential::secret(&Secret::new(SECRET)).unwrap(),
        ),
    ];
    let server = start(tls, clients).await;
    let (orders, bills) = (
        issue(&authority, "orders.example"),
        issue(&authority, "bills.example"),
    );
    let other = issue(&authority, "other.example");
    for (identity, client_id, status) in [
        (Some(&orders), "orders", 200),
        (Some(&bills), "bills", 200),
        (Some(&orders), "bills", 401),
        (Some(&bills), "orders", 401),
        (Some(&other), "orders", 401),
        (Some(&other), "bills", 401),
        // a certificate is no secret
        (Some(&orders), "secret", 401),
        (Some(&orders), "unknown", 401),
        (None, "orders", 401),
        (None, "bills", 401),
    ] {
        let config = identity.map_or_else(|| ca.client(), |identity| ca.client_with(identity));
        let form = format!("{GRANT}&client_id={client_id}");
        let (found, body) = post(&server, config, "/token", &form).await;
        assert_eq!(found, status, "{client_id}: {body}");
        let error = body["error"].as_str();
        assert_eq!(
            error,
            (status == 401).then_some("invalid_client"),
            "{client_id}"
        );
    }
    // a secret beside the certificate is another method
    let form = format!("{GRANT}&client_id=orders&client_secret=x");
    let (status, _) = post(&server, ca.client_with(&orders), "/token", &form).await;
    assert_eq!(status, 401);
}

/// RFC 8705 §2.2: the name of a self-signed certificate means nothing.
#[tokio::test]
async fn self_signed_certificate_authenticates_the_client_that_registered_it() {
    let ca = Ca::new("ca");
    let registered = Identity::self_signed();
    let imitation = Identity::self_signed();
    let name = CertificateName::Dns("localhost".to_owned());
    let clients = [
        ("own", ClientCredential::certificate(&registered.der())),
        ("named", named(name)),
    ];
    let server = start(ca.issue().tls().self_signed_client_certificates(), clients).await;
    for (identity, client_id, status) in [
        (Some(&registered), "own", 200),
        (Some(&imitation), "own", 401),
        (None, "own", 401),
        (Some(&registered), "named", 401),
        (Some(&imitation), "named", 401),
    ] {
        let config = identity.map_or_else(|| ca.client(), |identity| ca.client_with(identity));
        let form = format!("{GRANT}&client_id={client_id}");
        let (found, body) = post(&server, config, "/token", &form).await;
        assert_eq!(found, status, "{client_id}: {body}");
    }
}

/// RFC 8705 §3.
#[tokio::test]
async fn token_of_the_client_is_bound_to_its_certificate() {
    let (ca, authority) = (Ca::new("ca"), Ca::new("clients"));
    let tls = ca.issue().tls();
    let tls = tls.optional_client_certificates(Pem::text(authority.pem.clone()));
    let credential = ClientCredential::secret(&Secret::new(SECRET)).unwrap();
    let server = start(tls, [("bound", credential.clone()), ("free", credential)]).await;
    let identity = authority.issue();
    let secret = "client_secret=a+secret+of+32+bytes%2C+or+of+more";
    let form = format!("{GRANT}&client_id=bound&{secret}");
    let (status, body) = post(&server, ca.client(), "/token", &form).await;
    assert_eq!(
        (status, body["error"].as_str()),
        (400, Some("invalid_request"))
    );
    let (_, body) = post(&server, ca.client_with(&identity), "/token", &form).await;
    let token = body["access_token"].as_str().unwrap().to_owned();
    let payload = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, &identity.der()));
    assert_eq!(claims["cnf"]["x5t#S256"], hash);
    let form = format!("token={token}&client_id=bound&{secret}");
    let (_, state) = post(&server, ca.client_with(&identity), "/introspect", &form).await;
    assert_eq!(state["cnf"]["x5t#S256"], hash);
    // other clients have tokens without the certificate
    let form = format!("{GRANT}&client_id=free&{secret}");
    let (_, body) = post(&server, ca.client_with(&identity), "/token", &form).await;
    let token = body["access_token"].as_str().unwrap();
    let payload = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(claims.get("cnf"), None);
}
