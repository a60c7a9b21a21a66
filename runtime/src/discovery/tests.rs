//! Issuers that have one of the two documents, or none, behind servers that respond in every way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::found::{oauth_url, openid_url};
use super::*;
use crate::https::ClientSettings;

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// A server with one response for each path; it never responds to `SILENT`, and otherwise 404.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

const SILENT: &str = "";

impl Server {
    async fn start(responses: impl FnOnce(&str) -> Vec<(&'static str, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let responses: HashMap<_, _> = responses(&url).into_iter().collect();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let length = socket.read(&mut request).await.unwrap_or_default();
                let head = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default();
                seen.lock().unwrap().push(head.to_ascii_lowercase());
                match responses.get(path).map(String::as_str) {
                    Some(SILENT) => drop(tokio::spawn(async move {
                        std::future::pending::<()>().await;
                        drop(socket);
                    })),
                    Some(response) => drop(socket.write_all(response.as_bytes()).await),
                    None => drop(
                        socket
                            .write_all(response(404, "text/html", "").as_bytes())
                            .await,
                    ),
                }
            }
        });
        Self { url, requests }
    }

    async fn find(&self) -> Result<String, DiscoveryError> {
        self.find_issuer(&self.url).await
    }

    /// Returns the document that names the keys.
    async fn find_document(&self) -> MetadataDocument {
        self.find_with_document(&self.url).await.unwrap().1
    }

    async fn find_issuer(&self, issuer: &str) -> Result<String, DiscoveryError> {
        let (url, _) = self.find_with_document(issuer).await?;
        Ok(url.to_string())
    }

    async fn find_with_document(
        &self,
        issuer: &str,
    ) -> Result<(Uri, MetadataDocument), DiscoveryError> {
        let settings = ClientSettings {
            allow_loopback_http: true,
            ..ClientSettings::default()
        };
        let client = Client::new(&settings).unwrap();
        let deadline = Instant::now() + Duration::from_millis(500);
        find(&client, issuer, Endpoint::Jwks, deadline).await
    }

    fn paths(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let paths = requests
            .iter()
            .map(|head| head.split(' ').nth(1).unwrap().to_owned());
        paths.collect()
    }
}

fn response(status: u16, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\nlocation: /elsewhere\r\ncontent-type: {content_type}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn json(body: &str) -> String {
    response(200, "application/json", body)
}

fn document(url: &str) -> String {
    json(&format!(r#"{{"issuer":"{url}","jwks_uri":"{url}/keys"}}"#))
}

/// Returns an unusable response for each kind of failure, and its description in the error.
fn failures(url: &str) -> Vec<(String, &'static str)> {
    let mut failures: Vec<_> = [
        (301, "status 301"),
        (302, "status 302"),
        (204, "status 204"),
        (206, "status 206"),
        (400, "status 400 and content type \"text/html\""),
        (401, "status 401"),
        (403, "status 403"),
        (404, "status 404"),
        (405, "status 405"),
        (406, "status 406"),
        (410, "status 410"),
        (429, "status 429"),
        (500, "status 500"),
        (503, "status 503"),
    ]
    .into_iter()
    .map(|(status, expected)| (response(status, "text/html", ""), expected))
    .collect();
    failures.extend([
        (
            response(200, "text/html; charset=utf-8", "<html>"),
            "the content type \"text/html\"",
        ),
        (
            response(200, "application/jwk-set+json", "{}"),
            "the content type \"application/jwk-set+json\"",
        ),
        (json("<!doctype html>"), "it is HTML or XML"),
        (json(""), "it is empty"),
        (json("{}"), "it has no `issuer`"),
        (json("[]"), "it is not a JSON object"),
        (json("\u{feff}{}"), "it starts with a byte order mark"),
        (
            json(r#"{"issuer":"x","issuer":"x"}"#),
            r#"duplicate member "issuer""#,
        ),
        (
            json(r#"{"issuer":7}"#),
            "`issuer` is a number, not a string",
        ),
        (json(r#"{"issuer":"#), "it is truncated"),
        (
            json(&format!(r#"{{"issuer":"{url}"}}"#)),
            "it has no `jwks_uri`",
        ),
        (
            json(&format!(
                r#"{{"issuer":"{url}","jwks_uri":"http://k.example"}}"#
            )),
            "`jwks_uri` is not an https URL",
        ),
        (json(&" ".repeat(64 * 1024 + 1)), "longer than 64 KiB"),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"
                .to_owned(),
            "the connection to the issuer failed",
        ),
        (
            "nonsense\r\n\r\n".to_owned(),
            "the connection to the issuer failed",
        ),
    ]);
    failures
}

/// RFC 8414 §3: an authorization server may have this document only, behind a gateway that responds
/// to unknown paths with any status, or with a page.
#[tokio::test]
async fn every_failure_of_the_openid_document_falls_back_to_rfc_8414() {
    for at in 0..failures("").len() {
        let failure = |url: &str| failures(url).swap_remove(at).0;
        let server =
            Server::start(|url| vec![(OPENID, failure(url)), (OAUTH, document(url))]).await;
        let keys = format!("{}/keys", server.url);
        assert_eq!(server.find().await.unwrap(), keys, "{}", failure(""));
        assert_eq!(server.paths(), [OPENID, OAUTH]);
    }
}

#[tokio::test]
async fn silent_openid_document_falls_back_to_rfc_8414() {
    let server = Server::start(|url| vec![(OPENID, SILENT.into()), (OAUTH, document(url))]).await;
    assert_eq!(server.find().await.unwrap(), format!("{}/keys", server.url));
    assert_eq!(server.paths(), [OPENID, OAUTH]);
}

#[tokio::test]
async fn found_url_names_its_document() {
    let missing = || response(404, "application/json", "{}");
    for (openid, oauth, expected) in [
        (true, true, MetadataDocument::OpenId),
        (true, false, MetadataDocument::OpenId),
        (false, true, MetadataDocument::OAuth),
    ] {
        let server = Server::start(|url| {
            let or_missing = |is_present| if is_present { document(url) } else { missing() };
            vec![(OPENID, or_missing(openid)), (OAUTH, or_missing(oauth))]
        });
        let found = server.await.find_document().await;
        assert_eq!(found, expected);
        let issuer = "https://a.example/x";
        assert!(found.url(issuer).starts_with("https://a.example/"));
    }
}

#[tokio::test]
async fn usable_openid_document_is_the_only_request() {
    let server = Server::start(|url| vec![(OPENID, document(url))]).await;
    assert_eq!(server.find().await.unwrap(), format!("{}/keys", server.url));
    assert_eq!(server.paths(), [OPENID]);
}

#[tokio::test]
async fn rfc_8414_document_is_found_below_an_issuer_with_a_path() {
    const OAUTH_OF_PATH: &str = "/.well-known/oauth-authorization-server/tenant/x";
    let server =
        Server::start(|url| vec![(OAUTH_OF_PATH, document(&format!("{url}/tenant/x")))]).await;
    let issuer = format!("{}/tenant/x", server.url);
    assert_eq!(
        server.find_issuer(&issuer).await.unwrap(),
        format!("{issuer}/keys")
    );
}

/// RFC 8414 §3.3: the configured issuer is wrong, and the other document cannot correct it.
#[tokio::test]
async fn document_of_another_issuer_ends_the_search() {
    let server = Server::start(|url| {
        let foreign = document(&format!("{url}/"));
        vec![(OPENID, foreign), (OAUTH, document(url))]
    })
    .await;
    let error = server.find().await.unwrap_err();
    assert!(matches!(error, DiscoveryError::Issuer { .. }), "{error}");
    assert_eq!(server.paths(), [OPENID]);
    let text = error.to_string();
    assert!(
        text.contains(&format!("names another issuer, \"{}/\"", server.url)),
        "{text}"
    );
}

/// The OpenID document may arrive while the other one is requested already.
#[tokio::test]
async fn late_document_of_another_issuer_ends_the_search() {
    let late = |error| std::future::ready(Err(error));
    let foreign = || DiscoveryError::Issuer {
        url: OPENID.to_owned(),
        found: "x".to_owned(),
    };
    let error = first_success(pin!(late(foreign())), pin!(std::future::pending())).await;
    assert!(matches!(error, Err(DiscoveryError::Issuer { .. })));
    // a server may ignore the path after the well-known one, and respond for another issuer
    let usable = std::future::ready(Ok(Uri::from_static("https://a.example/keys")));
    let slow = async {
        tokio::task::yield_now().await;
        usable.await
    };
    let found = first_success(pin!(slow), pin!(late(foreign()))).await;
    assert_eq!(found.unwrap(), "https://a.example/keys");
}

#[tokio::test]
async fn error_names_both_urls_and_what_is_wrong_with_each() {
    for at in 0..failures("").len() {
        let failure = |url: &str| failures(url).swap_remove(at);
        for (openid, oauth) in [(OPENID, OAUTH), (OAUTH, OPENID)] {
            let server = Server::start(|url| vec![(openid, failure(url).0)]).await;
            let text = server.find().await.unwrap_err().to_string();
            let expected = failure("").1;
            assert!(
                text.contains(&format!("GET {}{openid}: ", server.url)),
                "{text}"
            );
            assert!(
                text.contains(&format!("GET {}{oauth}: ", server.url)),
                "{text}"
            );
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }
    let silent = Server::start(|_| vec![(OPENID, SILENT.into()), (OAUTH, SILENT.into())]).await;
    let text = silent.find().await.unwrap_err().to_string();
    assert_eq!(
        text.matches("the issuer did not respond in time").count(),
        2,
        "{text}"
    );
}

#[tokio::test]
async fn document_is_requested_as_json() {
    let server = Server::start(|url| vec![(OPENID, document(url))]).await;
    server.find().await.unwrap();
    let requests = server.requests.lock().unwrap();
    assert!(
        requests[0].contains("\r\naccept: application/json\r\n"),
        "{requests:?}"
    );
}

#[test]
fn openid_appends_and_rfc_8414_inserts_the_suffix() {
    for (issuer, openid, oauth) in [
        (
            "https://a.example",
            "https://a.example/.well-known/openid-configuration",
            "https://a.example/.well-known/oauth-authorization-server",
        ),
        (
            "https://a.example/",
            "https://a.example/.well-known/openid-configuration",
            "https://a.example/.well-known/oauth-authorization-server",
        ),
        (
            "https://a.nz/x/y",
            "https://a.nz/x/y/.well-known/openid-configuration",
            "https://a.nz/.well-known/oauth-authorization-server/x/y",
        ),
        (
            "https://a.example:8443/realms/x",
            "https://a.example:8443/realms/x/.well-known/openid-configuration",
            "https://a.example:8443/.well-known/oauth-authorization-server/realms/x",
        ),
    ] {
        assert_eq!(
            (openid_url(issuer), oauth_url(issuer)),
            (openid.into(), oauth.into())
        );
    }
}
