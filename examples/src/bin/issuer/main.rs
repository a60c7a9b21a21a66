//! A development issuer: an authorization server on loopback, with users that need no password.
//!
//! ```text
//! issuer --listen 127.0.0.1:9000 --audience AUD [--audience AUD]... [--clients FILE] [--data DIR] [--auto-login USER]
//!     [--subject alice] [--scopes "a b"] [--role ROLE]...
//! ```
//!
//! It serves its metadata, its keys, the authorization endpoint with a page, and the endpoints for clients: tokens, pushed
//! requests, introspection and revocation. It prints `listening on http://ADDR`, a token, and the lines with which a
//! program trusts it. `GET /token` returns another token without a login; the parameters `aud`, `sub`, `scope` and
//! `role` replace the options of the command line:
//!
//! ```text
//! curl 'http://127.0.0.1:9000/token?sub=bob&scope=orders:write'
//! ```
//!
//! `FILE` is a JSON array of clients: `client_id`, `client_name`, `redirect_uris`, `scopes`, and `secret` or `jwks`, or neither
//! for a public client. Without it, the one client is `web`, a public one with the redirect URI
//! `http://127.0.0.1:8081/callback`. Pages of the origins of public clients may call the endpoints. With `--data`, keys and grants survive a restart. `--auto-login` logs the user in and
//! consents without a page, for tests.
//!
//! It listens on loopback only, because every program that can reach it gets tokens. A program that trusts it needs
//! `allow_loopback_http`.

#![expect(clippy::print_stderr, reason = "a command-line program")]

mod clients;
mod handlers;
mod options;
mod pages;
mod users;

use std::convert::Infallible;
use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use axum::middleware::map_response;
use palisade::Api;
use palisade::authorization_server::{AuthorizationServer, AuthorizationServerRoutes};
use palisade::prelude::*;
use palisade::relying_party::SealingKey;
use palisade::relying_party::vault::{
    FileStore, KeyFile, KeySource as _, KeySourceError, MemoryStore, TokenVault, VaultError,
};
use tokio::net::TcpListener;

use crate::handlers::Development;
use crate::options::Options;

/// The longest lifetime of access tokens.
const LIFETIME: Duration = Duration::from_mins(30);

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
    let development = development(&options, &format!("http://{address}")).await?;
    let token = development.sign(&options.token).await?;
    let hosts = [address.to_string(), format!("localhost:{}", address.port())];
    let api = api(development).await?.hosts(hosts);
    print(&format!("http://{address}"), &options, &token)?;
    // `palisade::serve` would remove the header fields by which requests of proxies are recognized
    axum::serve(listener, api.into_router()).await?;
    Ok(())
}

async fn development(options: &Options, issuer: &str) -> Result<Development, Box<dyn Error>> {
    let clients = match &options.clients {
        Some(path) => clients::read(path)?,
        None => clients::default(&options.token.scopes)?,
    };
    let mut server = AuthorizationServer::builder(issuer, vault(options.data.as_deref()).await?)
        .clients(clients.registered)
        .access_token_lifetime(LIFETIME)
        .allow_loopback_http();
    for audience in &options.audiences {
        server = server.resource_with_any_scope(audience);
    }
    for origin in clients.origins {
        server = server.browser_origin(origin);
    }
    let server = server.build().await?;
    if let Some(user) = &options.auto_login {
        let checked = server.check_subject(user).await;
        checked.map_err(|error| format!("`{user}` cannot log in with `--auto-login`: {error}"))?;
    }
    Ok(Development {
        server,
        audiences: options.audiences.clone(),
        defaults: options.token.clone(),
        auto_login: options.auto_login.clone(),
    })
}

/// Opens the vault of keys and grants in a directory, or creates it; without a directory, it is in memory.
async fn vault(directory: Option<&Path>) -> Result<TokenVault, Box<dyn Error>> {
    let Some(directory) = directory else {
        return Ok(TokenVault::create(MemoryStore::new(), SealingKey::generate()?).await?);
    };
    fs::create_dir_all(directory)?;
    let path = directory.join("vault");
    let key = KeyFile::new(directory.join("vault.key"));
    // each step of the first start may have been the last one before it was interrupted
    let store = || {
        if path.exists() {
            FileStore::open(&path)
        } else {
            FileStore::create(&path)
        }
    };
    match TokenVault::open(store()?, key.clone()).await {
        Err(VaultError::NotCreated) => {}
        opened => return Ok(opened?),
    }
    match TokenVault::create(store()?, key.clone()).await {
        Err(VaultError::Key(KeySourceError::AlreadyExists)) => {
            Ok(TokenVault::create(store()?, key.load()?).await?)
        }
        created => Ok(created?),
    }
}

async fn api(development: Development) -> Result<Api, Box<dyn Error>> {
    let server = ResourceServer::builder().without_issuers().build().await?;
    let routes = AuthorizationServerRoutes::new(development.server.clone());
    let api = SecureRouter::new()
        .route(
            "/authorize",
            get(handlers::authorize).post(handlers::authorize),
        )
        .route("/authorize/decision", post(handlers::decide))
        .route("/token", get(handlers::development_token))
        .route("/style.css", get(handlers::style))
        .layer(map_response(pages::with_policy))
        .with_state(development)
        .merge(routes)
        .protect(server);
    Ok(api.render_errors(|problem| Ok::<_, Infallible>(pages::error(problem))))
}

/// Prints the address, the warning, a token, and how to use it. A program that has read enough may close the pipe.
fn print(url: &str, options: &Options, token: &str) -> io::Result<()> {
    let audience = &options.token.audience;
    let minutes = LIFETIME.as_secs() / 60;
    let text = format!(
        "listening on {url}\n\n\
         FOR DEVELOPMENT ONLY. Everyone who can reach this port gets a token for every\n\
         subject, scope and role. Do not forward it, and trust it in no release build.\n\n\
         A program trusts it with\n\n    \
         Issuer::new({url:?}).audience({audience:?})\n        \
         .allow_loopback_http()\n\n\
         A token, valid for {minutes} minutes:\n\n\
         {token}\n\n\
         Another one:\n\n    \
         curl '{url}/token?sub=bob&scope=orders:read'\n\n"
    );
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
