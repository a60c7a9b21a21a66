//! A development issuer: signs a token for every subject and scope, for everyone who can reach it.
//!
//! ```text
//! issuer --listen 127.0.0.1:9000 --audience AUD [--audience AUD]... [--subject alice] [--scopes "a b"] [--role ROLE]...
//! ```
//!
//! It serves the metadata document and the keys, prints `listening on http://ADDR`, a token, and the
//! lines with which a program trusts it. `/token` returns another token; the parameters `aud`, `sub`, `scope` and
//! `role` replace the options of the command line:
//!
//! ```text
//! curl 'http://127.0.0.1:9000/token?sub=bob&scope=orders:write'
//! ```
//!
//! The tokens are real: only their issuer makes them worthless. It listens on loopback only, has new keys at each
//! start, and refuses requests of browsers and proxies. A program that trusts it needs `allow_loopback_http`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

use std::error::Error;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use lexopt::prelude::*;
use palisade::claims::ScopeSet;
use palisade::testing::EmbeddedIssuer;
use serde::Deserialize;
use tokio::net::TcpListener;

const USAGE: &str = "issuer --listen ADDR --audience AUD [--audience AUD]... [--subject SUB] \
     [--scopes SCOPES] [--role ROLE]...";

/// The longest lifetime that Palisade accepts without a relaxation.
const LIFETIME: Duration = Duration::from_mins(30);

/// The longest subject, scope or role, in bytes.
const MAX_TEXT: usize = 1_000;

/// The command line.
struct Options {
    listen: SocketAddr,
    token: Claims,
    audiences: Vec<String>,
}

/// The claims of a token.
#[derive(Clone)]
struct Claims {
    audience: String,
    subject: String,
    scopes: String,
    roles: Vec<String>,
}

/// The query of `/token`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenQuery {
    aud: Option<String>,
    sub: Option<String>,
    scope: Option<String>,
    role: Option<String>,
}

/// The issuer behind its endpoints.
struct Development {
    issuer: EmbeddedIssuer,
    address: SocketAddr,
    audiences: Vec<String>,
    defaults: Claims,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("issuer: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let options = Options::parse(std::env::args_os())?;
    let listener = TcpListener::bind(options.listen).await;
    let listener =
        listener.map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    let address = listener.local_addr()?;
    let development = Development {
        issuer: EmbeddedIssuer::new(format!("http://{address}")),
        address,
        audiences: options.audiences,
        defaults: options.token,
    };
    development.print();
    axum::serve(listener, Arc::new(development).router()).await?;
    Ok(())
}

impl Options {
    fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let (mut listen, mut subject, mut scopes) = (None, None, None);
        let (mut audiences, mut roles) = (Vec::new(), Vec::new());
        let mut parser = lexopt::Parser::from_iter(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Long("listen") => listen = Some(parser.value()?.parse::<SocketAddr>()?),
                Long("audience") => audiences.push(parser.value()?.string()?),
                Long("subject") => subject = Some(parser.value()?.string()?),
                Long("scopes") => scopes = Some(parser.value()?.string()?),
                Long("role") => roles.push(parser.value()?.string()?),
                other => return Err(other.unexpected()),
            }
        }
        let listen = listen.ok_or("`--listen` is missing; usage: ".to_owned() + USAGE)?;
        if !listen.ip().is_loopback() {
            let reason = "everyone who can reach this issuer gets a token";
            return Err(format!("{listen} is not a loopback address, and {reason}").into());
        }
        let audience = audiences.first().cloned();
        let token = Claims {
            audience: audience.ok_or("`--audience` is missing; usage: ".to_owned() + USAGE)?,
            subject: subject.unwrap_or_else(|| "alice".to_owned()),
            scopes: scopes.unwrap_or_default(),
            roles,
        };
        token.check(&audiences)?;
        Ok(Self {
            listen,
            token,
            audiences,
        })
    }
}

impl Claims {
    /// Checks claims with which no API would accept the token.
    fn check(&self, audiences: &[String]) -> Result<(), String> {
        let is_text = |text: &str| {
            !text.is_empty() && text.len() <= MAX_TEXT && !text.contains(char::is_control)
        };
        if !audiences.contains(&self.audience) {
            return Err(format!("the audience must be one of {audiences:?}"));
        }
        if !audiences.iter().all(|audience| is_text(audience)) {
            return Err("an audience is empty, too long, or has control characters".to_owned());
        }
        if !is_text(&self.subject) {
            return Err("the subject is empty, too long, or has control characters".to_owned());
        }
        if self.scopes.len() > MAX_TEXT || ScopeSet::parse(&self.scopes).is_err() {
            return Err("the scopes must be separated by one space (RFC 6749 §3.3)".to_owned());
        }
        if !self.roles.iter().all(|role| is_text(role)) {
            return Err("a role is empty, too long, or has control characters".to_owned());
        }
        Ok(())
    }
}

impl Development {
    /// Prints the address, the warning, a token, and how to use it.
    fn print(&self) {
        let (url, audience) = (self.issuer.url(), &self.defaults.audience);
        println!("listening on {url}\n");
        println!("FOR DEVELOPMENT ONLY. Everyone who can reach this port gets a token for every");
        println!("subject, scope and role. Do not forward it, and trust it in no release build.\n");
        println!("A program trusts it with\n");
        println!("    Issuer::new({url:?}).audience({audience:?})");
        println!("        .allow_loopback_http()\n");
        println!("A token, valid for {} minutes:\n", LIFETIME.as_secs() / 60);
        println!("{}\n", self.sign(&self.defaults));
        println!("Another one:\n");
        println!("    curl '{url}/token?sub=bob&scope=orders:read'\n");
    }

    fn sign(&self, claims: &Claims) -> String {
        let token = self.issuer.token(&claims.subject);
        let token = token.audience(&claims.audience).scopes(&claims.scopes);
        let token = token.client_id("development").lifetime(LIFETIME);
        token.roles(claims.roles.clone()).sign()
    }

    fn router(self: Arc<Self>) -> Router {
        let mut metadata = self.issuer.metadata();
        if let Some(members) = metadata.as_object_mut() {
            members.remove("introspection_endpoint");
        }
        let metadata = get(async || Json(metadata));
        let jwks = self.issuer.jwks();
        let jwks = get(async || ([(CONTENT_TYPE, "application/jwk-set+json")], jwks));
        Router::new()
            .route("/.well-known/openid-configuration", metadata.clone())
            .route("/.well-known/oauth-authorization-server", metadata)
            .route("/jwks", jwks)
            .route("/token", get(token))
            .layer(middleware::from_fn_with_state(
                Arc::clone(&self),
                require_local_program,
            ))
            .with_state(self)
    }

    /// Whether a `Host`, or the authority of a target, is this issuer's own.
    fn is_own_host(&self, host: &str) -> bool {
        let port = self.address.port();
        host == self.address.to_string() || host.eq_ignore_ascii_case(&format!("localhost:{port}"))
    }
}

/// Returns a token for the claims of the query.
async fn token(
    State(development): State<Arc<Development>>,
    Query(query): Query<TokenQuery>,
) -> Response {
    let defaults = development.defaults.clone();
    let claims = Claims {
        audience: query.aud.unwrap_or(defaults.audience),
        subject: query.sub.unwrap_or(defaults.subject),
        scopes: query.scope.unwrap_or(defaults.scopes),
        roles: query.role.map_or(defaults.roles, |role| vec![role]),
    };
    if let Err(message) = claims.check(&development.audiences) {
        return (StatusCode::BAD_REQUEST, message + "\n").into_response();
    }
    let Claims {
        audience,
        subject,
        scopes,
        roles,
    } = &claims;
    eprintln!("a token for sub {subject:?}, aud {audience:?}, scope {scopes:?}, roles {roles:?}");
    let fields = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (fields, development.sign(&claims) + "\n").into_response()
}

/// Refuses requests that a page or another machine may have caused.
///
/// A page of any site can send requests to loopback. With a name that resolves to loopback (DNS rebinding), it
/// could also read the token, but the request then has that name as its `Host`.
async fn require_local_program(
    State(development): State<Arc<Development>>,
    request: Request,
    next: Next,
) -> Response {
    let refused = |message: &str| (StatusCode::FORBIDDEN, message.to_owned()).into_response();
    let target = request.uri().authority();
    let is_own = |host: &str| development.is_own_host(host);
    if !has_one_host(request.headers(), is_own)
        || target.is_some_and(|authority| !is_own(authority.as_str()))
    {
        return refused("the `Host` is not that of this issuer\n");
    }
    let mut names = request.headers().keys().map(HeaderName::as_str);
    if names.any(|name| name == "origin" || name.starts_with("sec-fetch-")) {
        return refused("the issuer does not respond to browsers\n");
    }
    let mut names = request.headers().keys().map(HeaderName::as_str);
    if names.any(|name| matches!(name, "forwarded" | "via") || name.starts_with("x-forwarded-")) {
        return refused("the issuer does not respond to proxies\n");
    }
    next.run(request).await
}

fn has_one_host(headers: &HeaderMap, is_own: impl Fn(&str) -> bool) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    host.is_some_and(is_own) && hosts.next().is_none()
}
