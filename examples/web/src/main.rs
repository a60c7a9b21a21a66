//! A web application that logs people in, and shows them their orders.
//!
//! ```text
//! web --listen 127.0.0.1:8081 --issuer URL --client-id ID [--client-secret-file FILE | --private-key FILE] --api URL
//!     [--resource URI] [--post-logout-redirect-uri URI] [--allow-loopback-http] [--data DIR]
//! ```
//!
//! Register the redirect URI `http://127.0.0.1:8081/callback` with the provider, and for back-channel logout
//! `http://127.0.0.1:8081/backchannel-logout`. The client authenticates with the secret in the file, or with a JWT that the private
//! key (PEM, P-256) signs; without either, it is a public client.
//!
//! `--api` is the URL of the API `orders`, and the resource for which the provider issues access tokens (RFC 8707), unless
//! `--resource` names another one. `--allow-loopback-http` allows `http` to loopback for the provider and the API.
//!
//! With `--data`, the tokens are in a vault in that directory, beside its key; otherwise they are in memory. Sessions are in
//! memory always, and end when the program does.
//!
//! The program prints `listening on http://ADDR` when it is ready.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

mod handlers;
mod options;
mod orders;
mod page;

use std::convert::Infallible;
use std::error::Error;
use std::future::ready;
use std::process::ExitCode;

use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use palisade::prelude::*;
use palisade::relying_party::{
    LoginRequest, LoginRoutes, LoginTokens, Logins, Prompt, Provider, RelyingParty, SealingKey,
    Sessions,
};
use palisade::{Algorithm, Api};

use crate::options::Options;
use crate::orders::OrdersApi;

/// The scopes beside `openid`, as far as the provider supports the standard ones.
const SCOPES: [&str; 3] = ["orders:read", "profile", "offline_access"];

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("web: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  caused by: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let options = Options::parse(std::env::args_os())?;
    let api = api(&options).await?;
    let bound = palisade::serve(api).bind(options.listen).await?;
    let address = bound.local_addr();
    let running = bound.run();
    println!("listening on http://{address}");
    running.await?;
    Ok(())
}

async fn api(options: &Options) -> Result<Api, Box<dyn Error>> {
    let mut provider = Provider::builder(&options.issuer);
    if options.allow_loopback_http {
        provider = provider.allow_loopback_http();
    }
    let provider = provider.build().await?;
    let metadata = provider.metadata().await?;
    let supports = |scope: &str| {
        let scopes = metadata.scopes().unwrap_or_default();
        scope == SCOPES[0] || scopes.iter().any(|supported| supported == scope)
    };
    let scopes = SCOPES.map(|scope| if supports(scope) { scope } else { "" });
    let scopes: Vec<_> = scopes
        .into_iter()
        .filter(|scope| !scope.is_empty())
        .collect();
    // OpenID Connect Core §11: a provider that supports `offline_access` issues refresh tokens after consent only
    let request = if supports("offline_access") {
        LoginRequest::new().prompt(Prompt::Consent)
    } else {
        LoginRequest::new()
    };
    let policy = page::security_policy(&options.issuer, metadata.end_session_endpoint())?;
    let algorithms = metadata.id_token_algorithms().unwrap_or_default();
    let algorithm = if algorithms.iter().any(|name| name == "RS256") {
        Algorithm::RS256
    } else {
        Algorithm::ES256
    };

    let party = RelyingParty::new(provider, options.registration()?)?;
    let origin = format!("http://{}", options.listen);
    let mut logins = Logins::builder(party, format!("{origin}/callback"), SealingKey::generate()?)
        .scopes(scopes.join(" "))
        .resource(&options.resource)
        .id_token_algorithm(algorithm)
        // this program's own address, which is on loopback
        .allow_loopback_http();
    if let Some(uri) = &options.post_logout_redirect_uri {
        logins = logins.post_logout_redirect_uri(uri);
    }
    let logins = logins.build().await?;
    let tokens = LoginTokens::new(&logins, options.vault().await?);
    let orders = OrdersApi::new(&options.api, tokens.clone())?;

    let sessions = Sessions::builder(origin).build()?;
    let server = ResourceServer::builder().sessions(sessions.clone());
    let server = server.build().await?;
    let login_routes = LoginRoutes::new(logins, sessions)
        .tokens(tokens)
        .request(request);
    let api = SecureRouter::new()
        .route("/", get(handlers::home))
        .route("/me", get(handlers::me))
        .route("/orders", get(handlers::list_orders))
        .route("/style.css", get(handlers::style))
        .merge(login_routes)
        .layer(map_response(move |response| {
            ready(with_policy(response, &policy))
        }))
        .with_state(orders)
        .protect(server);
    Ok(api.render_errors(|problem| Ok::<_, Infallible>(page::error(problem))))
}

/// Sets the policies of a response: its page has this program's style, and no script. Forms name their origin.
fn with_policy(mut response: Response, policy: &HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    let same_origin = HeaderValue::from_static("same-origin");
    headers.insert(header::REFERRER_POLICY, same_origin);
    response
}
