//! The command line.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::Uri;
use lexopt::prelude::*;
use palisade::relying_party::vault::{FileStore, KeyFile, MemoryStore, TokenVault};
use palisade::relying_party::{AssertionKey, ClientAuthentication, ClientRegistration, SealingKey};
use palisade::{Algorithm, Secret};

const USAGE: &str = "web --listen ADDR --issuer URL --client-id ID [--client-secret-file FILE | --private-key FILE] \
     --api URL [--resource URI] [--post-logout-redirect-uri URI] [--allow-loopback-http] [--data DIR]";

/// The options of the program.
pub struct Options {
    /// The address of the application.
    pub listen: SocketAddr,
    pub(crate) issuer: String,
    client_id: String,
    client_secret: Option<PathBuf>,
    private_key: Option<PathBuf>,
    pub(crate) api: String,
    pub(crate) resource: String,
    pub(crate) post_logout_redirect_uri: Option<String>,
    pub(crate) allow_loopback_http: bool,
    data: Option<PathBuf>,
}

impl Options {
    /// Reads a command line, which begins with the name of the program.
    ///
    /// # Errors
    ///
    /// Returns an error if an option is unknown, malformed or missing.
    pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let (mut listen, mut issuer, mut client_id, mut api) = (None, None, None, None);
        let (mut client_secret, mut private_key) = (None, None);
        let (mut resource, mut post_logout_redirect_uri, mut data) = (None, None, None);
        let mut allow_loopback_http = false;
        let mut parser = lexopt::Parser::from_iter(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Long("listen") => listen = Some(parser.value()?.parse()?),
                Long("issuer") => issuer = Some(parser.value()?.string()?),
                Long("client-id") => client_id = Some(parser.value()?.string()?),
                Long("client-secret-file") => client_secret = Some(parser.value()?.into()),
                Long("private-key") => private_key = Some(parser.value()?.into()),
                Long("api") => api = Some(parser.value()?.string()?),
                Long("resource") => resource = Some(parser.value()?.string()?),
                Long("post-logout-redirect-uri") => {
                    post_logout_redirect_uri = Some(parser.value()?.string()?);
                }
                Long("allow-loopback-http") => allow_loopback_http = true,
                Long("data") => data = Some(parser.value()?.into()),
                other => return Err(other.unexpected()),
            }
        }
        let missing = |option: &str| format!("`{option}` is missing; usage: {USAGE}");
        if client_secret.is_some() && private_key.is_some() {
            let both = "`--client-secret-file` and `--private-key` exclude each other; usage: ";
            return Err((both.to_owned() + USAGE).into());
        }
        let api: String = api.ok_or_else(|| missing("--api"))?;
        Ok(Self {
            listen: listen.ok_or_else(|| missing("--listen"))?,
            issuer: issuer.ok_or_else(|| missing("--issuer"))?,
            client_id: client_id.ok_or_else(|| missing("--client-id"))?,
            client_secret,
            private_key,
            resource: resource.unwrap_or_else(|| api.clone()),
            api,
            post_logout_redirect_uri,
            allow_loopback_http,
            data,
        })
    }

    /// Returns the client as it is registered with the provider.
    pub(crate) fn registration(&self) -> Result<ClientRegistration, Box<dyn Error>> {
        let authentication = if let Some(file) = &self.client_secret {
            ClientAuthentication::ClientSecretBasic(Secret::from_file(file)?)
        } else if let Some(file) = &self.private_key {
            let key = AssertionKey::from_file(Algorithm::ES256, file)?;
            ClientAuthentication::PrivateKeyJwt(key)
        } else {
            ClientAuthentication::Public
        };
        Ok(ClientRegistration::new(&self.client_id, authentication))
    }

    /// Opens the vault of the tokens; the first start creates it.
    pub(crate) async fn vault(&self) -> Result<TokenVault, Box<dyn Error>> {
        let Some(data) = &self.data else {
            let vault = TokenVault::create(MemoryStore::new(), SealingKey::generate()?);
            return Ok(vault.await?);
        };
        let (directory, key) = (data.join("vault"), KeyFile::new(data.join("vault.key")));
        if directory.exists() {
            return Ok(TokenVault::open(FileStore::open(directory)?, key).await?);
        }
        fs::create_dir_all(data)?;
        Ok(TokenVault::create(FileStore::create(directory)?, key).await?)
    }
}

/// Returns the origin of a URL: scheme, host and port.
pub(crate) fn origin(url: &str) -> Result<String, Box<dyn Error>> {
    let uri: Uri = url.parse()?;
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => Ok(format!("{scheme}://{authority}")),
        _ => Err(format!("`{url}` is not a URL").into()),
    }
}
