//! Requests that show which input and which callers the orders API accepts.

#![expect(clippy::print_stdout, reason = "the demo prints what it does")]

use std::fmt::Write as _;

use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use palisade::testing::EmbeddedIssuer;

const MAX_RESPONSE: usize = 64 * 1024;

/// A request and the expected status of its response.
pub struct DemoRequest {
    /// A short description.
    pub title: &'static str,
    /// The expected status.
    pub expected: StatusCode,
    method: Method,
    path: &'static str,
    token: Option<String>,
    body: Option<&'static str>,
}

/// Returns the requests, with fresh tokens of `issuer`.
pub fn requests(issuer: &EmbeddedIssuer, audience: &str) -> Vec<DemoRequest> {
    const VALID: &str = r#"{"sku": "tea-500g", "quantity": 2}"#;
    const QUANTITY_TOO_LARGE: &str = r#"{"sku": "tea-500g", "quantity": 1000}"#;
    const UNKNOWN_MEMBER: &str = r#"{"sku": "tea-500g", "quantity": 2, "price": 0}"#;
    let token = |scopes: &str| {
        Some(
            issuer
                .token("alice")
                .audience(audience)
                .scopes(scopes)
                .sign(),
        )
    };
    let create = |title, expected, token, body| DemoRequest {
        title,
        expected,
        method: Method::POST,
        path: "/orders",
        token,
        body: Some(body),
    };
    vec![
        create(
            "a token with the scope `orders:write`, and a valid order",
            StatusCode::CREATED,
            token("orders:write"),
            VALID,
        ),
        create("no token", StatusCode::UNAUTHORIZED, None, VALID),
        create(
            "a token without the scope",
            StatusCode::FORBIDDEN,
            token("orders:read"),
            VALID,
        ),
        create(
            "a quantity that is too large",
            StatusCode::UNPROCESSABLE_ENTITY,
            token("orders:write"),
            QUANTITY_TOO_LARGE,
        ),
        create(
            "a valid order with one unknown member",
            StatusCode::UNPROCESSABLE_ENTITY,
            token("orders:write"),
            UNKNOWN_MEMBER,
        ),
    ]
}

/// Sends the requests and prints each with its response.
///
/// Returns whether every response had the expected status.
///
/// # Errors
///
/// Returns an error if the server is unreachable or its response is not HTTP.
pub async fn run(base: &str, requests: &[DemoRequest]) -> Result<bool, Box<dyn std::error::Error>> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let mut as_expected = true;
    for request in requests {
        let response = client.request(request.build(base)?).await?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_RESPONSE)
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes();
        request.print(parts.status, &body);
        as_expected &= parts.status == request.expected;
    }
    println!(
        "{}",
        if as_expected {
            "every response has the expected status"
        } else {
            "a response has an unexpected status"
        }
    );
    Ok(as_expected)
}

impl DemoRequest {
    /// Returns the request as a `curl` command line. `trust` is the option for the server's certificate, or empty.
    pub fn curl(&self, base: &str, trust: &str) -> String {
        let mut line = format!("curl -i{trust} -X {} {base}{}", self.method, self.path);
        if let Some(token) = &self.token {
            let _ = write!(line, " \\\n  -H 'Authorization: Bearer {token}'");
        }
        if let Some(body) = self.body {
            let _ = write!(
                line,
                " \\\n  -H 'Content-Type: application/json' -d '{body}'"
            );
        }
        line
    }

    fn build(&self, base: &str) -> axum::http::Result<Request<Body>> {
        let mut request = Request::builder()
            .method(&self.method)
            .uri(format!("{base}{}", self.path));
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        match self.body {
            Some(body) => request
                .header(CONTENT_TYPE, "application/json")
                .body(Body::from(body)),
            None => request.body(Body::empty()),
        }
    }

    fn print(&self, status: StatusCode, response: &Bytes) {
        let verdict = if status == self.expected {
            "as expected"
        } else {
            "NOT as expected"
        };
        println!("{}", self.title);
        println!(
            "  {} {} {}",
            self.method,
            self.path,
            self.body.unwrap_or_default()
        );
        println!("  {status} ({verdict})");
        println!("  {}\n", String::from_utf8_lossy(response));
    }
}
