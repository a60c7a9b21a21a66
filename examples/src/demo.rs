//! The calls that show what is let in and what is refused.

#![expect(clippy::print_stdout, reason = "the demo prints what it does")]

use std::fmt::Write as _;

use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use palisade::testing::EmbeddedIssuer;

const MAX_ANSWER: usize = 64 * 1024;

/// One call and how it should end.
pub struct Call {
    /// What it shows.
    pub what: &'static str,
    /// The status it should be answered with.
    pub expected: StatusCode,
    method: Method,
    path: &'static str,
    token: Option<String>,
    body: Option<&'static str>,
}

/// The calls, with fresh tokens of `issuer`.
pub fn calls(issuer: &EmbeddedIssuer, audience: &str) -> Vec<Call> {
    const ORDER: &str = r#"{"sku": "tea-500g", "quantity": 2}"#;
    const NO_ORDER: &str = r#"{"sku": "", "quantity": 1000, "price": 0}"#;
    const WRONG_ORDER: &str = r#"{"sku": "tea-500g", "quantity": 1000}"#;
    let token = |scopes: &str| {
        Some(
            issuer
                .token("alice")
                .audience(audience)
                .scopes(scopes)
                .sign(),
        )
    };
    let create = |what, expected, token, body| Call {
        what,
        expected,
        method: Method::POST,
        path: "/orders",
        token,
        body: Some(body),
    };
    vec![
        create(
            "allowed: alice may write orders",
            StatusCode::CREATED,
            token("orders:write"),
            ORDER,
        ),
        create("no token", StatusCode::UNAUTHORIZED, None, ORDER),
        create(
            "a token with too little scope",
            StatusCode::FORBIDDEN,
            token("orders:read"),
            ORDER,
        ),
        create(
            "invalid input",
            StatusCode::UNPROCESSABLE_ENTITY,
            token("orders:write"),
            WRONG_ORDER,
        ),
        create(
            "a member that nobody declared",
            StatusCode::UNPROCESSABLE_ENTITY,
            token("orders:write"),
            NO_ORDER,
        ),
    ]
}

/// Makes the calls over the socket and prints them; whether each ended as declared.
///
/// # Errors
///
/// Where the server cannot be reached or answers no HTTP.
pub async fn run(base: &str, calls: &[Call]) -> Result<bool, Box<dyn std::error::Error>> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let mut as_declared = true;
    for call in calls {
        let response = client.request(call.request(base)?).await?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes();
        call.print(parts.status, &body);
        as_declared &= parts.status == call.expected;
    }
    println!(
        "{}",
        if as_declared {
            "every call ended as declared"
        } else {
            "a call did not end as declared"
        }
    );
    Ok(as_declared)
}

impl Call {
    /// The call as a line for a shell.
    pub fn curl(&self, base: &str) -> String {
        let mut line = format!("curl -i -X {} {base}{}", self.method, self.path);
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

    fn request(&self, base: &str) -> axum::http::Result<Request<Body>> {
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

    fn print(&self, status: StatusCode, answer: &Bytes) {
        let verdict = if status == self.expected {
            "as declared"
        } else {
            "NOT as declared"
        };
        println!("{}", self.what);
        println!(
            "  {} {} {}",
            self.method,
            self.path,
            self.body.unwrap_or_default()
        );
        println!("  {status} ({verdict})");
        println!("  {}\n", String::from_utf8_lossy(answer));
    }
}
