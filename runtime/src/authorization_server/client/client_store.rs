//! The registered clients.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::pin::Pin;

use crate::authorization_server::client::client_error::ClientError;
use crate::authorization_server::client::registration::Client;
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::authorization_server::report;

/// A store of registered clients, such as a table of a database.
///
/// [`RegisteredClients`] is a fixed list. The server reads the store at each request of a client: a removed client is
/// refused at once.
pub trait ClientStore: Send + Sync + 'static {
    /// Returns the client with an ID, compared byte by byte.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is unavailable; the request is then answered with 503.
    fn client(
        &self,
        id: &str,
    ) -> impl Future<Output = Result<Option<Client>, ClientStoreError>> + Send;

    /// Returns whether the ID of a client may be the URL of a document about it, which the metadata then announces
    /// (`client_id_metadata_document_supported`). The default is `false`.
    fn supports_documents(&self) -> bool {
        false
    }
}

/// An error of a [`ClientStore`] that is unavailable.
#[derive(Debug)]
pub struct ClientStoreError(Box<dyn Error + Send + Sync>);

impl ClientStoreError {
    /// Creates the error from its cause.
    pub fn because(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// A fixed list of clients.
#[derive(Clone, Debug, Default)]
pub struct RegisteredClients(HashMap<String, Client>);

impl RegisteredClients {
    /// Creates the list.
    ///
    /// # Errors
    ///
    /// Returns [`ClientError::Duplicate`] if two clients have the same ID: one could have the credential of the other.
    pub fn new(clients: impl IntoIterator<Item = Client>) -> Result<Self, ClientError> {
        let mut registered = HashMap::new();
        for client in clients {
            if let Some(former) = registered.insert(client.id().to_owned(), client) {
                return Err(ClientError::Duplicate(former.id().to_owned()));
            }
        }
        Ok(Self(registered))
    }
}

impl ClientStore for RegisteredClients {
    async fn client(&self, id: &str) -> Result<Option<Client>, ClientStoreError> {
        Ok(self.0.get(id).cloned())
    }
}

/// [`ClientStore`] behind a pointer.
pub(in crate::authorization_server) trait DynClientStore:
    Send + Sync
{
    fn client<'a>(
        &'a self,
        id: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Client>, ClientStoreError>> + Send + 'a>>;

    fn supports_documents(&self) -> bool;
}

impl<S: ClientStore> DynClientStore for S {
    fn client<'a>(
        &'a self,
        id: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Client>, ClientStoreError>> + Send + 'a>> {
        Box::pin(ClientStore::client(self, id))
    }

    fn supports_documents(&self) -> bool {
        ClientStore::supports_documents(self)
    }
}

/// Returns the client with exactly this ID.
///
/// # Errors
///
/// Returns `temporarily_unavailable` if the store is unavailable.
pub(in crate::authorization_server) async fn find(
    clients: &dyn DynClientStore,
    id: &str,
) -> Result<Option<Client>, OAuthFailure> {
    let found = clients.client(id).await.map_err(|error| {
        report(&error);
        let problem = "the clients are unavailable";
        OAuthFailure::new(ErrorCode::TemporarilyUnavailable, problem)
    })?;
    // a database may compare without case, or without spaces at the end
    Ok(found.filter(|client| client.id() == id))
}

impl fmt::Display for ClientStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store of clients is unavailable")
    }
}

impl Error for ClientStoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.as_ref())
    }
}
