//! The token vault: stored tokens, each sealed under a separate key, in a directory, in memory or in another store.
//!
//! `seal` comes before: the cipher and the keys. The modules that obtain tokens come after; they know neither keys nor
//! files.

mod error;
#[cfg(unix)]
mod file;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod head;
#[cfg(unix)]
mod key_file;
mod key_source;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;
#[cfg(unix)]
mod owned_file;
mod record;
mod record_id;
mod rekey;
mod store;
#[cfg(test)]
#[cfg(unix)]
mod tests;
mod token_vault;

pub use self::error::VaultError;
#[cfg(unix)]
pub use self::file::{FileStore, FileStoreError};
#[cfg(unix)]
pub use self::key_file::KeyFile;
pub use self::key_source::{KeySource, KeySourceError};
#[cfg(feature = "keyring")]
pub use self::keyring::KeyringKey;
pub use self::memory::MemoryStore;
#[cfg(unix)]
pub(super) use self::owned_file::{OwnedFileError, read_private};
pub use self::record_id::{RecordId, RecordIdError};
pub use self::rekey::Rekeyed;
pub use self::store::{
    RecordName, StoreSeal, StoredRecord, VaultLock, VaultStore, VaultStoreError,
};
pub use self::token_vault::{RecordVersion, TokenVault, VaultRecord};
