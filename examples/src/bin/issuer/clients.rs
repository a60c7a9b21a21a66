//! The clients of the issuer: those of a file, or one for programs on this machine.

use std::error::Error;
use std::fs;
use std::path::Path;

use axum::http::Uri;
use palisade::Secret;
use palisade::authorization_server::{Client, ClientCredential, RegisteredClients};
use palisade::danger::dangerous_short_client_secret;
use serde::{Deserialize, Deserializer};

/// The ID of the client without a file.
pub(crate) const DEFAULT_ID: &str = "web";

/// The redirect URI of the client without a file, which is that of the example `web`.
const DEFAULT_REDIRECT: &str = "http://127.0.0.1:8081/callback";

/// The scopes that each client may request beside those of its entry.
const OPENID: [&str; 3] = ["openid", "profile", "offline_access"];

/// The clients, and the origins of the pages of public ones.
pub(crate) struct Clients {
    pub(crate) registered: RegisteredClients,
    pub(crate) origins: Vec<String>,
}

/// A client of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    client_id: String,
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default, deserialize_with = "present")]
    secret: Option<String>,
    #[serde(default, deserialize_with = "present")]
    jwks: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default)]
    scopes: Scopes,
}

/// Reads a member that must not be `null`: a client whose secret was lost would be a public one.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    member: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(member).map(Some)
}

/// Scopes as a list, or as a text that separates them by a space.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scopes {
    List(Vec<String>),
    Joined(String),
}

impl Default for Scopes {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// Reads the clients of a file: a JSON array of clients.
pub(crate) fn read(path: &Path) -> Result<Clients, Box<dyn Error>> {
    let at_path = |problem: String| format!("{}: {problem}", path.display());
    let json = fs::read_to_string(path).map_err(|error| at_path(error.to_string()))?;
    let entries: Vec<Entry> =
        serde_json::from_str(&json).map_err(|error| at_path(error.to_string()))?;
    let mut clients: Vec<Client> = Vec::new();
    for entry in entries {
        let id = entry.client_id.clone();
        let client = entry.into_client();
        clients.push(client.map_err(|error| at_path(format!("client `{id}`: {error}")))?);
    }
    registered(clients).map_err(|error| at_path(error.to_string()).into())
}

/// Returns the client without a file: a public one, with the scopes of the command line.
pub(crate) fn default(scopes: &str) -> Result<Clients, Box<dyn Error>> {
    let client = Client::builder(DEFAULT_ID, ClientCredential::Public)
        .redirect_uri(DEFAULT_REDIRECT)
        .scopes(with_openid(scopes));
    registered(vec![client.build()?])
}

fn registered(clients: Vec<Client>) -> Result<Clients, Box<dyn Error>> {
    let origins = browser_origins(&clients);
    let registered = RegisteredClients::new(clients)?;
    Ok(Clients {
        registered,
        origins,
    })
}

/// Returns the origins of the pages of public clients, which send their requests from there.
fn browser_origins(clients: &[Client]) -> Vec<String> {
    let public = clients
        .iter()
        .filter(|client| !client.credential().is_confidential());
    let uris = public.flat_map(Client::redirect_uris);
    let origins = uris.filter_map(|uri| {
        let uri: Uri = uri.as_str().parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        matches!(scheme, "http" | "https").then(|| format!("{scheme}://{authority}"))
    });
    origins.collect()
}

impl Entry {
    fn into_client(self) -> Result<Client, Box<dyn Error>> {
        let credential = match (self.secret, self.jwks) {
            (Some(_), Some(_)) => return Err("it has both `secret` and `jwks`".into()),
            (Some(secret), None) if secret.is_empty() => return Err("its `secret` is empty".into()),
            (Some(secret), None) => {
                dangerous_short_client_secret(&Secret::new(secret), "a client for development")
            }
            (None, Some(jwks)) => {
                ClientCredential::private_key_jwt(&serde_json::Value::Object(jwks).to_string())?
            }
            (None, None) => ClientCredential::Public,
        };
        let scopes = match self.scopes {
            Scopes::List(scopes) => scopes.join(" "),
            Scopes::Joined(scopes) => scopes,
        };
        let is_confidential = credential.is_confidential();
        let is_login = !self.redirect_uris.is_empty();
        let mut client = Client::builder(self.client_id, credential).scopes(with_openid(&scopes));
        for uri in self.redirect_uris {
            client = client.redirect_uri(uri);
        }
        if let Some(name) = self.client_name {
            client = client.name(name);
        }
        if is_confidential {
            client = client.client_credentials();
            if !is_login {
                // a resource server
                client = client.introspects_all();
            }
        }
        Ok(client.build()?)
    }
}

/// Adds the scopes of OpenID Connect.
fn with_openid(scopes: &str) -> String {
    let mut all: Vec<&str> = OPENID.to_vec();
    all.extend(
        scopes
            .split(' ')
            .filter(|scope| !scope.is_empty() && !OPENID.contains(scope)),
    );
    all.join(" ")
}
