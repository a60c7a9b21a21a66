//! Clients: their registration, their store, and how they authenticate.

mod authentication;
mod certificate;
mod certificate_name;
mod client_error;
mod client_store;
mod credential;
mod documents;
mod registration;

pub(super) use self::authentication::{Authentication, authenticate};
pub use self::certificate_name::CertificateName;
pub use self::client_error::ClientError;
pub use self::client_store::{ClientStore, ClientStoreError, RegisteredClients};
pub(super) use self::client_store::{DynClientStore, find};
pub use self::credential::{CertificateThumbprint, ClientCredential, ClientKeys, ClientSecret};
pub use self::documents::ClientIdDocuments;
pub use self::registration::{Client, ClientBuilder};
