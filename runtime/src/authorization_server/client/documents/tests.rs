//! Tests of valid and invalid client ID documents, and of their cache.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::authorization_server::client::client_store::RegisteredClients;
use crate::keys::{Algorithm, SigningKey};

/// A host on loopback with one document.
struct Host {
    address: String,
    requests: Arc<AtomicUsize>,
}

impl Host {
    /// Starts a host. `document` returns the document for its URL.
    async fn start(status: u16, document: impl Fn(&str) -> Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let body = document(&format!("http://{address}/client")).to_string();
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                counted.fetch_add(1, Ordering::Relaxed);
                let response = format!(
                    "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nlocation: /other\r\n\
                     content-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(response.as_bytes()).await;
            }
        });
        Self { address, requests }
    }

    fn documents(&self) -> ClientIdDocuments {
        let settings = ClientSettings {
            allow_loopback_http: true,
            ..ClientSettings::default()
        };
        let hosts = [self.address.as_str()];
        let registered = RegisteredClients::default();
        ClientIdDocuments::with_settings(registered, hosts, "orders:read", &settings).unwrap()
    }

    fn id(&self) -> String {
        format!("http://{}/client", self.address)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

fn valid(id: &str) -> Value {
    json!({
        "client_id": id,
        "client_name": "An agent",
        "redirect_uris": ["http://127.0.0.1/cb"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code"],
    })
}

#[tokio::test]
async fn document_of_an_allowed_host_describes_the_client_and_is_fetched_once() {
    let host = Host::start(200, valid).await;
    let documents = host.documents();
    for _ in 0..3 {
        let client = ClientStore::client(&documents, &host.id())
            .await
            .unwrap()
            .unwrap();
        assert_eq!((client.id(), client.name()), (&*host.id(), "An agent"));
        assert_eq!(client.scopes().as_str(), "orders:read");
        assert!(client.has_redirect_uri("http://127.0.0.1:51004/cb"));
    }
    assert_eq!(host.requests(), 1);
}

#[tokio::test]
async fn document_with_an_invalid_member_describes_no_client() {
    let with = |name: &'static str, value: Value| {
        move |id: &str| {
            let mut document = valid(id);
            document[name] = value.clone();
            document
        }
    };
    for (name, value) in [
        ("client_id", json!("http://127.0.0.1/other")),
        ("client_id", json!(7)),
        ("client_secret", json!("x")),
        ("client_name", json!(7)),
        ("redirect_uris", json!("http://127.0.0.1/cb")),
        ("redirect_uris", json!([7])),
        ("redirect_uris", json!(["http://app.example/cb"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_method", json!(null)),
    ] {
        let host = Host::start(200, with(name, value.clone())).await;
        let documents = host.documents();
        for _ in 0..2 {
            let client = ClientStore::client(&documents, &host.id()).await.unwrap();
            assert!(client.is_none(), "{name}: {value}");
        }
        assert_eq!(host.requests(), 1, "{name}: {value}");
    }
}

#[tokio::test]
async fn redirect_or_error_instead_of_a_document_is_unavailable_for_a_minute() {
    for status in [302, 404, 500] {
        let host = Host::start(status, valid).await;
        let documents = host.documents();
        assert!(
            ClientStore::client(&documents, &host.id()).await.is_err(),
            "{status}"
        );
        assert!(
            ClientStore::client(&documents, &host.id())
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(host.requests(), 1, "{status}");
    }
}

#[tokio::test]
async fn document_beyond_the_limit_of_fetches_is_unavailable_and_not_fetched() {
    let host = Host::start(200, valid).await;
    let documents = host.documents();
    let fetches = documents.fetches.try_acquire_many(8).unwrap();
    for _ in 0..2 {
        let client = ClientStore::client(&documents, &host.id()).await;
        assert!(client.is_err());
    }
    assert_eq!(host.requests(), 0);
    drop(fetches);
    let client = ClientStore::client(&documents, &host.id()).await;
    assert!(client.unwrap().is_some());
}

#[tokio::test]
async fn made_up_urls_do_not_keep_a_client_out_of_the_cache() {
    let host = Host::start(200, valid).await;
    let documents = host.documents();
    for number in 0..MAX_CACHED {
        documents.cache(&format!("http://{}/{number}", host.address), None);
    }
    for _ in 0..3 {
        let client = ClientStore::client(&documents, &host.id()).await;
        assert!(client.unwrap().is_some());
    }
    assert_eq!(host.requests(), 1);
}

#[tokio::test]
async fn id_that_is_not_a_url_of_an_allowed_host_is_unknown() {
    let host = Host::start(200, valid).await;
    let documents = host.documents();
    let address = &host.address;
    for id in [
        "web".to_owned(),
        format!("http://{address}"),
        format!("http://{address}/"),
        format!("http://{address}/a/../client"),
        format!("http://{address}/client#x"),
        format!("http://user@{address}/client"),
        format!("http://{address}@evil.example/client"),
        format!("HTTP://{address}/client"),
        "http://127.0.0.1:1/client".to_owned(),
        "http://localhost/client".to_owned(),
        "https://evil.example/client".to_owned(),
        "ftp://evil.example/client".to_owned(),
    ] {
        assert!(
            ClientStore::client(&documents, &id)
                .await
                .unwrap()
                .is_none(),
            "{id}"
        );
    }
    assert_eq!(host.requests(), 0);
}

/// Anyone can send a URL of the host as an ID.
#[tokio::test]
async fn ids_without_a_document_do_not_displace_clients() {
    let documents = Host::start(200, valid).await.documents();
    let client = Client::builder("known", ClientCredential::Public);
    let client = client.build().unwrap();
    documents.cache("known", Some(client.clone()));
    for number in 0..MAX_CACHED + 50 {
        documents.cache(&format!("unknown {number}"), None);
    }
    assert_eq!(documents.lock().len(), MAX_CACHED + 1);
    assert!(documents.cached("known").unwrap().client.is_some());
    assert!(documents.cached("unknown 0").is_none());
    for number in 0..MAX_CACHED + 50 {
        documents.cache(&format!("client {number}"), Some(client.clone()));
    }
    assert_eq!(documents.lock().len(), 2 * MAX_CACHED);
    let newest = format!("client {}", MAX_CACHED + 49);
    assert!(documents.cached(&newest).is_some());
}
#[tokio::test]
async fn document_with_keys_describes_a_client_that_signs_assertions() {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let keys = json!({ "keys": [key.jwk()] });
    for (jwks, is_client) in [
        (keys, true),
        (json!({ "keys": [] }), false),
        (json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }), false),
        (json!({}), false),
        (json!([]), false),
        (json!("x"), false),
    ] {
        let document = |id: &str| {
            let mut document = valid(id);
            document["token_endpoint_auth_method"] = json!("private_key_jwt");
            document["jwks"] = jwks.clone();
            document
        };
        let host = Host::start(200, document).await;
        let client = ClientStore::client(&host.documents(), &host.id()).await;
        let credential = client.unwrap().map(|client| client.credential().clone());
        let signs = matches!(credential, Some(ClientCredential::PrivateKeyJwt(_)));
        assert_eq!(
            (signs, credential.is_some()),
            (is_client, is_client),
            "{jwks}"
        );
    }
}

/// A document cannot replace the registration of its ID.
#[tokio::test]
async fn registered_client_is_found_before_its_document() {
    let host = Host::start(200, valid).await;
    let ids = ["web".to_owned(), host.id()];
    let registered = ids.clone().map(|id| {
        let client = Client::builder(id, ClientCredential::certificate(b"der"));
        client.name("Registered").build().unwrap()
    });
    let mut documents = host.documents();
    documents.registered = Box::new(RegisteredClients::new(registered).unwrap());
    for id in ids {
        let client = ClientStore::client(&documents, &id).await.unwrap().unwrap();
        assert_eq!((client.id(), client.name()), (&*id, "Registered"));
        assert!(client.credential().is_confidential(), "{id}");
    }
    assert_eq!(host.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn client_is_cached_for_an_hour_and_its_absence_for_a_minute() {
    let documents = Host::start(200, valid).await.documents();
    let client = Client::builder("known", ClientCredential::Public);
    documents.cache("known", Some(client.build().unwrap()));
    documents.cache("unknown", None);
    let start = Instant::now();
    let second = Duration::from_secs(1);
    for (at, is_known, is_unknown) in [
        (59, true, true),
        (60, true, false),
        (61, true, false),
        (3_599, true, false),
        (3_600, false, false),
    ] {
        tokio::time::advance(start + second * at - Instant::now()).await;
        let found = (documents.cached("known"), documents.cached("unknown"));
        assert_eq!(
            (found.0.is_some(), found.1.is_some()),
            (is_known, is_unknown),
            "{at}"
        );
    }
    // expired entries make room for new ones
    documents.cache("other", None);
    assert_eq!(documents.lock().len(), 1);
}
