//! The search for an API's metadata, and documents that are not used.

use http::Request;

use super::*;
use crate::https::{Client, ClientSettings, HttpsError};
use crate::relying_party::resource_metadata::{Lookup, MAX_SCOPES};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Starts an API whose endpoint is `/mcp`, with a challenge of these parameters, and documents by path.
///
/// `{URL}` in a challenge or a document is the URL of the API.
async fn api(challenge: &str, documents: &[(&str, Value)]) -> LoopbackServer {
    let server = LoopbackServer::start(Reply::Closed).await;
    let url = server.url.clone();
    let challenge = challenge.replace("{URL}", &url);
    let unauthorized = Reply::Response(format!(
        "HTTP/1.1 401 X\r\n{challenge}content-length: 0\r\nconnection: close\r\n\r\n"
    ));
    let documents: HashMap<String, String> = documents
        .iter()
        .map(|(path, document)| {
            let document = document.to_string().replace("{URL}", &url);
            ((*path).to_owned(), document)
        })
        .collect();
    let reply = Reply::PerRequest(Arc::new(move |request: &str| {
        let path = request.split(' ').nth(1).unwrap();
        match documents.get(path) {
            Some(document) => Reply::json(200, document),
            None if path.starts_with("/mcp") => unauthorized.clone(),
            None => Reply::json(404, "{}"),
        }
    }));
    server.set_document(Some(reply.clone()));
    server.set(reply);
    server
}

fn challenge(parameters: &str) -> String {
    format!("www-authenticate: Bearer {parameters}\r\n")
}

async fn find(server: &LoopbackServer) -> Result<ResourceMetadata, ResourceMetadataError> {
    let request = Request::post(format!("{}/mcp?key=secret", server.url))
        .header("authorization", "Bearer forgotten")
        .body("{}")
        .unwrap();
    let builder = ResourceMetadata::builder(request).allow_loopback_http();
    builder.build().await
}

/// A document about a path of the API.
fn about(path: &str) -> Value {
    json!({
        "resource": format!("{{URL}}{path}"),
        "authorization_servers": ["{URL}/issuer"],
    })
}

#[tokio::test]
async fn document_is_found_by_the_challenge_or_the_well_known_urls() {
    let of_path = "/.well-known/oauth-protected-resource/mcp";
    let named = challenge(r#"resource_metadata="{URL}/custom/location.json""#);
    let named_host = challenge(r#"resource_metadata="{URL}/.well-known/oauth-protected-resource""#);
    for (challenge, document, path) in [
        (&*named, "/custom/location.json", "/mcp"),
        (&*named_host, WELL_KNOWN, "/mcp"),
        (&*named_host, WELL_KNOWN, ""),
        ("", of_path, "/mcp"),
        ("www-authenticate: Bearer\r\n", of_path, "/mcp"),
        ("www-authenticate: Basic realm=\"x\"\r\n", of_path, "/mcp"),
        ("", WELL_KNOWN, "/mcp"),
        ("", WELL_KNOWN, ""),
        ("", WELL_KNOWN, "/"),
    ] {
        let server = api(challenge, &[(document, about(path))]).await;
        let found = find(&server).await.unwrap();
        assert_eq!(found.resource(), format!("{}{path}", server.url));
        assert_eq!(found.issuers(), [format!("{}/issuer", server.url)]);
        assert!(found.scopes().is_empty());
        assert!(
            !server.requests()[0].contains("forgotten"),
            "a token was sent"
        );
    }
}

#[tokio::test]
async fn scopes_are_those_of_the_challenge_or_all_of_the_api() {
    let mut document = about("/mcp");
    document["scopes_supported"] = json!(["a", "b"]);
    let path = "/.well-known/oauth-protected-resource/mcp";
    for (challenge, expected) in [
        (challenge(r#"scope="b c""#), "b c"),
        (challenge(r#"scope="""#), ""),
        (String::new(), "a b"),
        // two challenges, or a malformed one: neither is used
        (challenge(r#"scope="b", Bearer scope="c""#), "a b"),
        (challenge(r#"scope="b  c""#), "a b"),
    ] {
        let server = api(&challenge, &[(path, document.clone())]).await;
        assert_eq!(
            find(&server).await.unwrap().scopes().as_str(),
            expected,
            "{challenge}"
        );
    }
}

/// RFC 9728 §3.1: a `/` that is the whole path is not part of the URL of the document.
#[tokio::test]
async fn document_of_an_api_at_the_root_is_looked_for_once() {
    for has_document in [true, false] {
        let server = LoopbackServer::start(Reply::json(401, "{}")).await;
        let document = about("").to_string().replace("{URL}", &server.url);
        server.set_document(Some(Reply::PerRequest(Arc::new(move |request: &str| {
            let is_at_root = request.starts_with(&format!("GET {WELL_KNOWN} "));
            if is_at_root && has_document {
                Reply::json(200, &document)
            } else {
                Reply::json(404, "{}")
            }
        }))));
        let request = Request::get(format!("{}/", server.url));
        let request = request.body(Vec::new()).unwrap();
        let builder = ResourceMetadata::builder(request).allow_loopback_http();
        assert_eq!(builder.build().await.is_ok(), has_document);
        assert_eq!(server.document_request_count(), 1);
    }
}

#[tokio::test]
async fn document_at_each_limit_is_used() {
    let path = "/.well-known/oauth-protected-resource/mcp";
    for (member, value) in [
        (
            "bearer_methods_supported",
            json!(["query", "body", "header"]),
        ),
        ("bearer_methods_supported", json!(["header"])),
        ("authorization_servers", json!(vec!["{URL}"; 16])),
        ("scopes_supported", json!(vec!["a"; MAX_SCOPES])),
    ] {
        let mut document = about("/mcp");
        document[member] = value.clone();
        let server = api("", &[(path, document)]).await;
        let found = find(&server).await;
        assert!(found.is_ok(), "{member} {value}: {found:?}");
    }
}

/// An API that names another resource would get a token for it ([RFC 9728 §7.3]).
///
/// [RFC 9728 §7.3]: https://www.rfc-editor.org/rfc/rfc9728#section-7.3
#[tokio::test]
async fn document_about_another_api_is_not_used() {
    let path = "/.well-known/oauth-protected-resource/mcp";
    let named = challenge(r#"resource_metadata="{URL}/custom/location.json""#);
    let of_other = challenge(&format!(r#"resource_metadata="{{URL}}{WELL_KNOWN}/other""#));
    let of_prefix = challenge(&format!(r#"resource_metadata="{{URL}}{WELL_KNOWN}/m""#));
    let of_child = challenge(&format!(r#"resource_metadata="{{URL}}{WELL_KNOWN}/mcp/x""#));
    for (challenge, document, resource) in [
        // the URL of a document about another path of the API
        (&*of_other, &*format!("{WELL_KNOWN}/other"), "{URL}/other"),
        (&of_prefix, &format!("{WELL_KNOWN}/m"), "{URL}/m"),
        (&of_child, &format!("{WELL_KNOWN}/mcp/x"), "{URL}/mcp/x"),
        ("", path, "https://evil.example/mcp"),
        ("", path, "{URL}/mcp/"),
        ("", path, "{URL}/MCP"),
        ("", path, "{URL}/mcp?key=secret"),
        ("", path, "{URL}/mcp#x"),
        ("", path, "{URL}/other"),
        ("", path, "{URL}"),
        ("", path, "{URL}.evil.example/mcp"),
        ("", path, "{URL}@evil.example/mcp"),
        ("", path, "HTTP://127.0.0.1/mcp"),
        ("", path, ""),
        ("", WELL_KNOWN, "{URL}/other"),
        ("", WELL_KNOWN, "{URL}/m"),
        (&named, "/custom/location.json", "{URL}"),
        (&named, "/custom/location.json", "{URL}/"),
    ] {
        let document = [(
            document,
            json!({ "resource": resource, "authorization_servers": ["{URL}"] }),
        )];
        let server = api(challenge, &document).await;
        let error = find(&server).await.unwrap_err();
        assert!(
            matches!(error, ResourceMetadataError::OtherResource { .. }),
            "{resource}: {error}"
        );
    }
}

#[tokio::test]
async fn document_of_another_origin_is_not_fetched() {
    let other = LoopbackServer::start(Reply::Closed).await;
    let other_port = format!("{}/.well-known/oauth-protected-resource", other.url);
    for url in [
        &*other_port,
        "https://evil.example/.well-known/oauth-protected-resource",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "/relative",
        "",
    ] {
        let server = api(&challenge(&format!(r#"resource_metadata="{url}""#)), &[]).await;
        let error = find(&server).await.unwrap_err();
        assert!(
            matches!(error, ResourceMetadataError::OtherOrigin { .. }),
            "{url}: {error}"
        );
    }
    assert_eq!(other.request_count(), 0);
}

/// A failure is not hidden by another document: the API's own challenge says which one counts.
#[tokio::test]
async fn named_document_that_is_missing_is_an_error() {
    let named = challenge(r#"resource_metadata="{URL}/custom/location.json""#);
    let server = api(&named, &[(WELL_KNOWN, about(""))]).await;
    let error = find(&server).await.unwrap_err();
    assert!(
        matches!(
            &error,
            ResourceMetadataError::Request {
                source: HttpsError::Status { status: 404, .. },
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn malformed_document_is_rejected_by_its_mistake() {
    let path = "/.well-known/oauth-protected-resource/mcp";
    for (members, expected) in [
        (json!({ "resource": null }), "`resource` is not a string"),
        (
            json!({ "resource": ["{URL}/mcp"] }),
            "`resource` is not a string",
        ),
        (
            json!({ "authorization_servers": null }),
            "`authorization_servers`",
        ),
        (
            json!({ "authorization_servers": [] }),
            "no `authorization_servers`",
        ),
        (
            json!({ "authorization_servers": "{URL}" }),
            "`authorization_servers`",
        ),
        (
            json!({ "authorization_servers": [7] }),
            "`authorization_servers`",
        ),
        (
            json!({ "authorization_servers": ["http://login.example"] }),
            "issuer",
        ),
        (
            json!({ "authorization_servers": ["{URL}", "https://login.example?x"] }),
            "issuer",
        ),
        (
            json!({ "authorization_servers": vec!["{URL}"; 17] }),
            "at most 16",
        ),
        (json!({ "scopes_supported": "a b" }), "`scopes_supported`"),
        (
            json!({ "scopes_supported": vec!["a"; MAX_SCOPES + 1] }),
            "`scopes_supported`",
        ),
        (
            json!({ "bearer_methods_supported": ["header", "query", "body", "x"] }),
            "at most 3",
        ),
        (json!({ "scopes_supported": ["a b"] }), "no scope"),
        (json!({ "scopes_supported": ["a", ""] }), "no scope"),
        (json!({ "scopes_supported": ["a\"b"] }), "no scope"),
        (
            json!({ "bearer_methods_supported": ["body", "query"] }),
            "`header`",
        ),
        (json!({ "bearer_methods_supported": [] }), "`header`"),
    ] {
        let mut document = about("/mcp");
        for (name, value) in members.as_object().unwrap() {
            document[name] = value.clone();
        }
        let server = api("", &[(path, document)]).await;
        let error = find(&server).await.unwrap_err();
        assert!(
            matches!(error, ResourceMetadataError::Document { .. }),
            "{members}: {error}"
        );
        assert!(error.to_string().contains(expected), "{members}: {error}");
    }
}

/// A metadata document that is on the internet must not send this client into its own network.
#[test]
fn public_api_has_no_authorization_server_in_a_private_network() {
    let client = Client::new(&ClientSettings::default()).unwrap();
    let url = "https://mcp.example/mcp".parse().unwrap();
    let lookup = Lookup {
        client: &client,
        url: &url,
        allow_loopback_http: false,
        deadline: tokio::time::Instant::now(),
    };
    for issuer in [
        "https://127.0.0.1",
        "https://localhost",
        "https://10.0.0.1/x",
        "https://[::1]",
        "https://169.254.169.254",
        "https://[::ffff:192.168.0.1]",
    ] {
        let members = json!({ "authorization_servers": ["https://login.example", issuer] });
        assert!(lookup.issuers(&members).is_err(), "{issuer}");
    }
    let members = json!({ "authorization_servers": ["https://login.example"] });
    assert!(lookup.issuers(&members).is_ok());
}

#[tokio::test]
async fn api_that_demands_no_token_has_no_metadata_to_look_for() {
    for status in [200, 204, 301, 307, 400, 403, 404, 405, 500] {
        let server = LoopbackServer::start(Reply::json(status, "{}")).await;
        let error = find(&server).await.unwrap_err();
        let expected = matches!(
            error,
            ResourceMetadataError::NotUnauthorized { status: found } if found == status
        );
        assert!(expected, "{status}: {error}");
        assert_eq!(server.request_count(), 1);
    }
}

#[tokio::test]
async fn http_is_refused_unless_it_is_allowed_on_loopback() {
    let server = api("", &[]).await;
    let request = Request::get(format!("{}/mcp", server.url))
        .body(Vec::new())
        .unwrap();
    let error = ResourceMetadata::builder(request)
        .build()
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            ResourceMetadataError::Request {
                source: HttpsError::InsecureUrl,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(server.request_count(), 0);
}
