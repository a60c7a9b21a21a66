//! The page of the development issuer, and its form.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::issuer::{clients_file, start};

const REQUEST: &str = "client_id=web&redirect_uri=http%3A%2F%2F127.0.0.1%3A8081%2Fcallback&response_type=code&state=s\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

#[test]
fn page_shows_the_client_and_its_request_escaped() {
    let clients = r#"[{ "client_id": "a&b", "client_name": "<b>Orders</b>", "redirect_uris": ["https://app.example/cb"], "scopes": "orders:read" }]"#;
    let file = clients_file(clients);
    let (issuer, _) = start(&["--clients", file.to_str().unwrap()]);
    let query = "client_id=a%26b&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=orders%3Aread\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&login_hint=%3Cimg%3E";
    let (status, page) = issuer.get(&format!("/authorize?{query}"));
    assert_eq!(status, 200, "{page}");
    assert!(
        page.contains("&lt;b&gt;Orders") && page.contains("orders:read"),
        "{page}"
    );
    for markup in ["<b>", "<img", "<script"] {
        assert!(!page.contains(markup), "{markup}");
    }
    let (status, page) = issuer.get(&format!(
        "/authorize?{}",
        query.replace("app.example", "evil.example")
    ));
    assert_eq!(status, 400);
    assert!(
        page.contains("the redirect URI is missing, or not registered"),
        "{page}"
    );
}

/// Sends the form of the page; returns the status and the head.
fn decide(address: &str, site: &str, form: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = form.len();
    write!(
        stream,
        "POST /authorize/decision HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nSec-Fetch-Site: {site}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, _) = response.split_once("\r\n\r\n").unwrap();
    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        head.to_owned(),
    )
}

#[test]
fn decision_of_the_user_is_redirected_to_the_client() {
    let (issuer, _) = start(&[]);
    let (status, page) = issuer.get(&format!("/authorize?{REQUEST}"));
    assert_eq!(status, 200, "{page}");
    let (_, sealed) = page.split_once("name=\"request\" value=\"").unwrap();
    let sealed = sealed.split('"').next().unwrap();
    let callback = "location: http://127.0.0.1:8081/callback?";
    for (form, expected) in [
        (format!("request={sealed}&user=bob&decision=allow"), "code="),
        (
            format!("request={sealed}&user=bob&decision=deny"),
            "error=access_denied&state=s&iss=",
        ),
        (
            format!("request={sealed}&decision=allow"),
            "error=access_denied",
        ),
        (
            format!("request={sealed}&user=mallory&decision=allow"),
            "error=access_denied",
        ),
    ] {
        let (status, head) = decide(&issuer.address, "same-origin", &form);
        assert_eq!(status, 303, "{form}: {head}");
        assert!(
            head.contains(&format!("{callback}{expected}")),
            "{form}: {head}"
        );
    }
    let allowed = format!("request={sealed}&user=bob&decision=allow");
    for (site, form, expected) in [
        ("cross-site", allowed.clone(), 403),
        ("same-site", allowed.clone(), 403),
        ("none", allowed.clone(), 403),
        ("same-origin", allowed.replace("request=", "request=A"), 400),
        (
            "same-origin",
            format!("{allowed}&redirect_uri=https%3A%2F%2Fevil.example"),
            422,
        ),
        ("same-origin", "user=bob&decision=allow".to_owned(), 422),
    ] {
        let (status, head) = decide(&issuer.address, site, &form);
        assert_eq!(status, expected, "{site} {form}: {head}");
        assert!(!head.contains("location:"), "{head}");
    }
}

#[test]
fn request_without_interaction_is_redirected_with_its_error() {
    let (issuer, _) = start(&[]);
    let (status, _) = issuer.get(&format!("/authorize?{REQUEST}&prompt=none"));
    assert_eq!(status, 303);
}

/// The page has the sealed request, and belongs into no cache and no frame.
#[test]
fn page_is_kept_out_of_caches_and_frames() {
    let (issuer, _) = start(&[]);
    let address = &issuer.address;
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET /authorize?{REQUEST} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, page) = response.split_once("\r\n\r\n").unwrap();
    assert!(page.contains("name=\"request\""), "{page}");
    for field in [
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "frame-ancestors 'none'",
    ] {
        assert!(head.contains(field), "{field}: {head}");
    }
}
