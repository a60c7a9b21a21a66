//! The command line.

use std::error::Error;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use lexopt::prelude::*;
use palisade::relying_party::{AssertionKey, ClientAuthentication, ClientRegistration};
use palisade::{Algorithm, Secret};
use serde_json::Value;

const USAGE: &str = "mcp-client URL [--tool NAME [--arguments JSON]] [--issuer URL] \
     [--client-id ID [--client-secret-file FILE | --private-key FILE] [--client-credentials]] \
     [--client-metadata-url URL] [--callback ADDR] [--allow-loopback-http]";

/// The options of the program.
pub(crate) struct Options {
    /// The URL of the MCP endpoint.
    pub(crate) url: String,
    /// The tool to call, and its arguments.
    pub(crate) call: Option<(String, Value)>,
    /// The only authorization server to use.
    pub(crate) issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<PathBuf>,
    private_key: Option<PathBuf>,
    /// Whether the client acts for itself, and not for a person.
    pub(crate) client_credentials: bool,
    pub(crate) client_metadata_url: Option<String>,
    /// The address of the redirect URI.
    pub(crate) callback: SocketAddr,
    pub(crate) allow_loopback_http: bool,
}

impl Options {
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let (mut url, mut tool, mut arguments) = (None, None, None);
        let (mut issuer, mut client_id, mut client_metadata_url) = (None, None, None);
        let (mut client_secret, mut private_key) = (None, None);
        let (mut client_credentials, mut allow_loopback_http) = (false, false);
        let mut callback = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut parser = lexopt::Parser::from_iter(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Value(value) if url.is_none() => url = Some(value.string()?),
                Long("tool") => tool = Some(parser.value()?.string()?),
                Long("arguments") => arguments = Some(parser.value()?.string()?),
                Long("issuer") => issuer = Some(parser.value()?.string()?),
                Long("client-id") => client_id = Some(parser.value()?.string()?),
                Long("client-secret-file") => client_secret = Some(parser.value()?.into()),
                Long("private-key") => private_key = Some(parser.value()?.into()),
                Long("client-credentials") => client_credentials = true,
                Long("client-metadata-url") => {
                    client_metadata_url = Some(parser.value()?.string()?);
                }
                Long("callback") => callback = parser.value()?.parse()?,
                Long("allow-loopback-http") => allow_loopback_http = true,
                other => return Err(other.unexpected()),
            }
        }
        let wrong = |mistake: &str| lexopt::Error::from(format!("{mistake}; usage: {USAGE}"));
        let has_credentials = client_secret.is_some() || private_key.is_some();
        match (&client_id, &issuer) {
            (Some(_), None) => {
                return Err(wrong(
                    "a `--client-id` belongs to one `--issuer`: give both",
                ));
            }
            (None, _) if has_credentials || client_credentials => {
                return Err(wrong("`--client-id` is missing"));
            }
            _ => {}
        }
        if client_secret.is_some() && private_key.is_some() {
            let mistake = "`--client-secret-file` and `--private-key` exclude each other";
            return Err(wrong(mistake));
        }
        if client_credentials && !has_credentials {
            return Err(wrong(
                "`--client-credentials` needs a secret or a private key",
            ));
        }
        let arguments = serde_json::from_str(arguments.as_deref().unwrap_or("{}"));
        let arguments = arguments.map_err(|_| wrong("`--arguments` is not JSON"))?;
        Ok(Self {
            url: url.ok_or_else(|| wrong("the URL is missing"))?,
            call: tool.map(|tool| (tool, arguments)),
            issuer,
            client_id,
            client_secret,
            private_key,
            client_credentials,
            client_metadata_url,
            callback,
            allow_loopback_http,
        })
    }

    /// Returns the client as the operator has registered it.
    pub(crate) fn registration(&self) -> Result<Option<ClientRegistration>, Box<dyn Error>> {
        let Some(client_id) = &self.client_id else {
            return Ok(None);
        };
        let authentication = if let Some(file) = &self.client_secret {
            ClientAuthentication::ClientSecretBasic(Secret::from_file(file)?)
        } else if let Some(file) = &self.private_key {
            let key = AssertionKey::from_file(Algorithm::ES256, file)?;
            ClientAuthentication::PrivateKeyJwt(key)
        } else {
            ClientAuthentication::Public
        };
        Ok(Some(ClientRegistration::new(client_id, authentication)))
    }
}
