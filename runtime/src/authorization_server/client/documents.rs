//! Clients that describe themselves in a document at their ID ([OAuth Client ID Metadata Document]).
//!
//! [OAuth Client ID Metadata Document]: https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Uri;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::authorization_server::client::client_store::{
    ClientStore, ClientStoreError, DynClientStore,
};
use crate::authorization_server::client::credential::ClientCredential;
use crate::authorization_server::client::registration::Client;
use crate::https::{self, ClientSettings, HttpsError};
use crate::json;

/// The time for a document to arrive.
const FETCH_TIME: Duration = Duration::from_secs(5);

/// The time for which a document is used.
const USED_FOR: Duration = Duration::from_hours(1);

/// The time for which a document that cannot be used is not fetched again.
const REFUSED_FOR: Duration = Duration::from_mins(1);

/// The maximum number of documents in memory, and of IDs without one.
const MAX_CACHED: usize = 1_000;

/// The maximum number of documents that are fetched at the same time: anyone can name URLs of an allowed host.
const MAX_FETCHES: usize = 8;

/// A store of registered clients, and of clients whose ID is the URL of a metadata document on an allowed host.
///
/// Such a client needs no registration: the document has its name, its redirect URIs, and, unless it is a public client, its
/// keys (`jwks`). A document is fetched at the first use of the client, and again after an hour. All these clients may request
/// the same scopes.
///
/// # Security
///
/// Only documents of the named hosts are fetched, by https, without following redirects: a request cannot make the server visit
/// another address. At most 1,000 documents are in memory. At most 8 are fetched at the same time, and further requests are refused
/// with 503. A consent page must show the host of the client's ID, because the client chooses its name.
///
/// # Examples
///
/// ```
/// use palisade::authorization_server::{ClientIdDocuments, RegisteredClients};
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let clients = ClientIdDocuments::new(RegisteredClients::default(), ["agents.example.govt.nz"], "orders:read")?;
/// # let _ = clients;
/// # Ok(())
/// # }
/// ```
pub struct ClientIdDocuments {
    registered: Box<dyn DynClientStore>,
    hosts: Vec<String>,
    scopes: String,
    https: https::Client,
    cached: Mutex<HashMap<String, Cached>>,
    fetches: Semaphore,
}

/// The outcome of the last fetch.
#[derive(Clone)]
struct Cached {
    client: Option<Client>,
    until: Instant,
}

impl ClientIdDocuments {
    /// Creates the store. Each host is a name with an optional port, and is compared with that of the client's ID. Clients with a
    /// document may request `scopes`, separated by a space.
    ///
    /// # Errors
    ///
    /// Returns an error if the system has no root certificates, or its proxy is malformed.
    pub fn new<H: Into<String>>(
        registered: impl ClientStore,
        hosts: impl IntoIterator<Item = H>,
        scopes: impl Into<String>,
    ) -> Result<Self, HttpsError> {
        Self::with_settings(registered, hosts, scopes, &ClientSettings::default())
    }

    fn with_settings<H: Into<String>>(
        registered: impl ClientStore,
        hosts: impl IntoIterator<Item = H>,
        scopes: impl Into<String>,
        settings: &ClientSettings,
    ) -> Result<Self, HttpsError> {
        Ok(Self {
            registered: Box::new(registered),
            hosts: hosts.into_iter().map(Into::into).collect(),
            scopes: scopes.into(),
            https: https::Client::new(settings)?,
            cached: Mutex::default(),
            fetches: Semaphore::new(MAX_FETCHES),
        })
    }

    /// Returns the URL of the document, if the ID is one on an allowed host.
    ///
    /// It has a path without dot segments, and neither a fragment nor user information.
    fn document_url(&self, id: &str) -> Option<Uri> {
        let url = self.https.parse_url(id).ok()?;
        let authority = url.authority()?.as_str();
        let path = url.path();
        let is_plain = !path.split('/').any(|segment| matches!(segment, "." | ".."));
        let is_named = self.hosts.iter().any(|host| host == authority);
        // a URL that is written otherwise than it is parsed could be another one for its host
        let written = url.to_string();
        (is_named && is_plain && written == id && path.len() > 1).then_some(url)
    }

    async fn fetch(&self, id: &str, url: &Uri) -> Result<Option<Client>, HttpsError> {
        let deadline = Instant::now() + FETCH_TIME;
        let media_types = ["application/json", "application/cimd+json"];
        let document = self.https.get(url, &media_types, deadline).await?;
        let Ok(Value::Object(document)) = json::parse(&document) else {
            return Ok(None);
        };
        Ok(self.read(id, &document))
    }

    /// Returns the client of a document, or `None` if a member is missing, of another type, or not allowed.
    fn read(&self, id: &str, document: &Map<String, Value>) -> Option<Client> {
        let text = |name| match document.get(name) {
            None => Some(None),
            Some(Value::String(text)) => Some(Some(text.as_str())),
            Some(_) => None,
        };
        if text("client_id")? != Some(id) || document.contains_key("client_secret") {
            return None;
        }
        let credential = match text("token_endpoint_auth_method")?.unwrap_or("none") {
            "none" => ClientCredential::Public,
            "private_key_jwt" => {
                let jwks = document.get("jwks")?.to_string();
                ClientCredential::private_key_jwt(&jwks).ok()?
            }
            _ => return None,
        };
        let mut client = Client::builder(id, credential).scopes(&*self.scopes);
        if let Some(name) = text("client_name")? {
            client = client.name(name);
        }
        for uri in document.get("redirect_uris")?.as_array()? {
            client = client.redirect_uri(uri.as_str()?);
        }
        client.build().ok()
    }

    fn cached(&self, id: &str) -> Option<Cached> {
        let cached = self.lock().get(id).cloned()?;
        (Instant::now() < cached.until).then_some(cached)
    }

    /// Caches the outcome of a fetch, in place of the oldest one if there are too many. IDs without a document have their own
    /// limit, so that they never displace a client.
    fn cache(&self, id: &str, client: Option<Client>) {
        let now = Instant::now();
        let time = if client.is_some() {
            USED_FOR
        } else {
            REFUSED_FOR
        };
        let mut cached = self.lock();
        cached.retain(|_, cached| now < cached.until);
        let is_kind = |other: &Cached| other.client.is_some() == client.is_some();
        if cached.values().filter(|other| is_kind(other)).count() >= MAX_CACHED {
            let of_kind = cached.iter().filter(|(_, other)| is_kind(other));
            let oldest = of_kind.min_by_key(|(_, other)| other.until);
            let oldest = oldest.map(|(id, _)| id.clone());
            oldest.map(|id| cached.remove(&id));
        }
        let until = now + time;
        cached.insert(id.to_owned(), Cached { client, until });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cached>> {
        // a panic while the lock is held leaves the map consistent
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientStore for ClientIdDocuments {
    async fn client(&self, id: &str) -> Result<Option<Client>, ClientStoreError> {
        if let Some(client) = self.registered.client(id).await? {
            return Ok(Some(client));
        }
        let Some(url) = self.document_url(id) else {
            return Ok(None);
        };
        if let Some(cached) = self.cached(id) {
            return Ok(cached.client);
        }
        let fetch = self.fetches.try_acquire();
        let _fetch =
            fetch.map_err(|_| ClientStoreError::because("too many documents are fetched"))?;
        match self.fetch(id, &url).await {
            Ok(client) => {
                self.cache(id, client.clone());
                Ok(client)
            }
            Err(error) => {
                self.cache(id, None);
                Err(ClientStoreError::because(error))
            }
        }
    }

    fn supports_documents(&self) -> bool {
        true
    }
}

impl fmt::Debug for ClientIdDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdDocuments")
            .field("hosts", &self.hosts)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
