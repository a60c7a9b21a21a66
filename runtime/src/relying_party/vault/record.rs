//! The sealed bytes of a record: a data key, wrapped by the vault's key, and the value, sealed with the data key.
//!
//! A new key of the vault needs new wraps only; values are never sealed again.
//!
//! | part | bytes |
//! |---|--:|
//! | format version, 1 | 1 |
//! | wrapped data key | 69 |
//! | sealed value, 37 bytes longer than the value | |

use zeroize::Zeroizing;

use crate::claims::NumericDate;
use crate::relying_party::vault::error::VaultError;
use crate::relying_party::vault::record_id::RecordId;
use crate::relying_party::vault::store::{RecordName, StoredRecord};
use crate::seal::{Purpose, Sealer, SealingKey, SealingKeys};
use crate::secret::Secret;

/// The longest value, 128 KiB.
pub(super) const MAX_VALUE: usize = 128 << 10;

const FORMAT: u8 = 1;
const WRAP: usize = 69;
const VALUE: Purpose = Purpose::new("vault value");

/// Seals and opens the records of one vault.
pub(super) struct RecordSealer {
    wraps: Sealer,
    vault: [u8; 16],
}

impl RecordSealer {
    pub(super) fn new(wraps: Sealer, vault: [u8; 16]) -> Self {
        Self { wraps, vault }
    }

    /// Seals a value with a new data key.
    pub(super) fn seal(
        &self,
        id: &RecordId,
        name: RecordName,
        version: u64,
        expires_at: Option<NumericDate>,
        value: &Secret,
    ) -> Result<StoredRecord, VaultError> {
        if value.len() > MAX_VALUE {
            return Err(VaultError::TooLong);
        }
        let data_key = SealingKey::generate()?;
        let wrap = self.wrap(&data_key, name, version)?;
        let expiry = expiry_bytes(expires_at);
        let context = Context::new(&self.vault, version, &expiry, id);
        let sealed = SealingKeys::new(data_key)
            .sealer(VALUE)?
            .seal(value.expose(), &context.parts())?;
        Ok(StoredRecord {
            version,
            expires_at,
            sealed: join(&wrap, &sealed),
        })
    }

    /// Opens a record, which must be that of this identity, version and expiry time.
    pub(super) fn open(
        &self,
        id: &RecordId,
        name: RecordName,
        record: &StoredRecord,
    ) -> Result<Secret, VaultError> {
        let (wrap, sealed) = split(&record.sealed)?;
        let data_key = self.unwrap(wrap, name, record.version)?;
        let expiry = expiry_bytes(record.expires_at);
        let context = Context::new(&self.vault, record.version, &expiry, id);
        let value = SealingKeys::new(data_key)
            .sealer(VALUE)?
            .open(sealed, &context.parts())
            // the data key is right: another key in the value is a part of another record
            .map_err(|_| VaultError::NotAuthentic)?;
        Ok(Secret::new(value.as_slice()))
    }

    /// Wraps the data key with the vault's current key, or returns `None` if it already is.
    pub(super) fn rewrap(
        &self,
        name: RecordName,
        record: &StoredRecord,
    ) -> Result<Option<StoredRecord>, VaultError> {
        let (wrap, sealed) = split(&record.sealed)?;
        let data_key = self.unwrap(wrap, name, record.version)?;
        if self.wraps.is_current(wrap) {
            return Ok(None);
        }
        let wrap = self.wrap(&data_key, name, record.version)?;
        Ok(Some(StoredRecord {
            version: record.version,
            expires_at: record.expires_at,
            sealed: join(&wrap, sealed),
        }))
    }

    fn wrap(
        &self,
        data_key: &SealingKey,
        name: RecordName,
        version: u64,
    ) -> Result<Vec<u8>, VaultError> {
        let context = [&self.vault[..], &name.to_bytes(), &version.to_be_bytes()];
        Ok(self.wraps.seal(data_key.expose(), &context)?)
    }

    fn unwrap(
        &self,
        wrap: &[u8],
        name: RecordName,
        version: u64,
    ) -> Result<SealingKey, VaultError> {
        let context = [&self.vault[..], &name.to_bytes(), &version.to_be_bytes()];
        let bytes = self.wraps.open(wrap, &context)?;
        let bytes = bytes
            .as_slice()
            .try_into()
            .map_err(|_| VaultError::NotAuthentic)?;
        Ok(SealingKey::from_generated(Zeroizing::new(bytes))?)
    }
}

/// The associated data of a value.
struct Context<'a> {
    vault: &'a [u8],
    version: [u8; 8],
    expiry: &'a [u8],
    id: [&'a [u8]; 6],
}

impl<'a> Context<'a> {
    fn new(vault: &'a [u8], version: u64, expiry: &'a [u8], id: &'a RecordId) -> Self {
        Self {
            vault,
            version: version.to_be_bytes(),
            expiry,
            id: id.parts(),
        }
    }

    fn parts(&self) -> [&[u8]; 9] {
        let [set, issuer, client_id, kind, subject, detail] = self.id;
        let (version, expiry) = (&self.version[..], self.expiry);
        [
            self.vault, version, expiry, set, issuer, client_id, kind, subject, detail,
        ]
    }
}

/// No expiry time is no bytes.
fn expiry_bytes(expires_at: Option<NumericDate>) -> Vec<u8> {
    expires_at.map_or_else(Vec::new, |time| time.as_millis().to_be_bytes().to_vec())
}

fn join(wrap: &[u8], sealed: &[u8]) -> Vec<u8> {
    [&[FORMAT], wrap, sealed].concat()
}

fn split(record: &[u8]) -> Result<(&[u8], &[u8]), VaultError> {
    let (format, rest) = record.split_first().ok_or(VaultError::NotAuthentic)?;
    if *format != FORMAT {
        return Err(VaultError::UnknownFormat);
    }
    rest.split_at_checked(WRAP).ok_or(VaultError::NotAuthentic)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: RecordName = RecordName::from_bytes([1; 16]);
    const OTHER_NAME: RecordName = RecordName::from_bytes([2; 16]);

    fn sealers() -> (RecordSealer, RecordSealer) {
        let keys = SealingKeys::new(SealingKey::generate().unwrap());
        let sealer = |vault| {
            let wraps = keys.sealer(Purpose::new("test wraps")).unwrap();
            RecordSealer::new(wraps, vault)
        };
        (sealer([1; 16]), sealer([2; 16]))
    }

    fn id() -> RecordId {
        RecordId::new("issuer", "client", "tokens").unwrap()
    }

    fn sealed(sealer: &RecordSealer) -> StoredRecord {
        sealer
            .seal(&id(), NAME, 7, None, &Secret::new("token"))
            .unwrap()
    }

    #[test]
    fn wrap_is_bound_to_vault_name_and_version() {
        let (sealer, of_other_vault) = sealers();
        let record = sealed(&sealer);
        let (wrap, _) = split(&record.sealed).unwrap();
        assert!(sealer.unwrap(wrap, NAME, 7).is_ok());
        for unwrapped in [
            of_other_vault.unwrap(wrap, NAME, 7),
            sealer.unwrap(wrap, OTHER_NAME, 7),
            sealer.unwrap(wrap, NAME, 8),
        ] {
            assert!(matches!(unwrapped, Err(VaultError::NotAuthentic)));
        }
    }

    /// Even with a wrap of the right context, the value belongs to its own.
    #[test]
    fn value_is_bound_to_vault_identity_version_and_expiry() {
        let (sealer, of_other_vault) = sealers();
        let record = sealed(&sealer);
        let (wrap, value) = split(&record.sealed).unwrap();
        let data_key = sealer.unwrap(wrap, NAME, 7).unwrap();
        let wrapped = |sealer: &RecordSealer, version, expires_at| StoredRecord {
            version,
            expires_at,
            sealed: join(&sealer.wrap(&data_key, NAME, version).unwrap(), value),
        };
        let opened = sealer.open(&id(), NAME, &wrapped(&sealer, 7, None));
        assert_eq!(opened.unwrap().expose(), b"token");

        let expiry = Some(NumericDate::from_secs(1));
        let other_id = id().subject("alice").unwrap();
        for opened in [
            of_other_vault.open(&id(), NAME, &wrapped(&of_other_vault, 7, None)),
            sealer.open(&id(), NAME, &wrapped(&sealer, 8, None)),
            sealer.open(&id(), NAME, &wrapped(&sealer, 7, expiry)),
            sealer.open(&other_id, NAME, &wrapped(&sealer, 7, None)),
        ] {
            assert!(matches!(opened, Err(VaultError::NotAuthentic)));
        }
    }
}
