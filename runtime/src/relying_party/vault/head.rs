//! The vault's own record: its identity, and the key that names records.

use aws_lc_rs::{hmac, rand};
use zeroize::Zeroizing;

use crate::relying_party::vault::error::VaultError;
use crate::relying_party::vault::record_id::RecordId;
use crate::relying_party::vault::store::{RecordName, StoredRecord};
use crate::seal::Sealer;

/// The version of the vault's own record, which is written once and only sealed again.
pub(super) const HEAD_VERSION: u64 = 1;

const FORMAT: u8 = 1;
const ID: usize = 16;
const NAMING_KEY: usize = 32;

/// The identity of a vault, which never changes.
///
/// The vault's identity is part of all associated data: a record of another vault with the same key is not authentic.
pub(super) struct Head {
    id: [u8; ID],
    naming_key: Zeroizing<[u8; NAMING_KEY]>,
}

impl Head {
    pub(super) fn generate() -> Result<Self, VaultError> {
        let mut id = [0; ID];
        let mut naming_key = Zeroizing::new([0; NAMING_KEY]);
        rand::fill(&mut id)
            .and_then(|()| rand::fill(naming_key.as_mut_slice()))
            .map_err(|_| VaultError::NoRandomBytes)?;
        Ok(Self { id, naming_key })
    }

    pub(super) fn id(&self) -> [u8; ID] {
        self.id
    }

    pub(super) fn seal(&self, sealer: &Sealer) -> Result<StoredRecord, VaultError> {
        let mut plaintext = Zeroizing::new(Vec::with_capacity(1 + ID + NAMING_KEY));
        plaintext.push(FORMAT);
        plaintext.extend_from_slice(&self.id);
        plaintext.extend_from_slice(self.naming_key.as_slice());
        Ok(StoredRecord {
            version: HEAD_VERSION,
            expires_at: None,
            sealed: sealer.seal(&plaintext, &[])?,
        })
    }

    pub(super) fn open(record: &StoredRecord, sealer: &Sealer) -> Result<Self, VaultError> {
        let plaintext = sealer.open(&record.sealed, &[])?;
        let (format, rest) = plaintext.split_first().ok_or(VaultError::NotAuthentic)?;
        if *format != FORMAT {
            return Err(VaultError::UnknownFormat);
        }
        let (id, naming_key) = rest.split_first_chunk().ok_or(VaultError::NotAuthentic)?;
        let naming_key = naming_key
            .try_into()
            .map_err(|_| VaultError::NotAuthentic)?;
        Ok(Self {
            id: *id,
            naming_key: Zeroizing::new(naming_key),
        })
    }

    /// Returns the name of a record: the first half of an HMAC-SHA256, so that names reveal no identity.
    pub(super) fn name(&self, record: &RecordId) -> RecordName {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.naming_key.as_slice());
        let mut context = hmac::Context::with_key(&key);
        for part in record.parts() {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let tag = context.sign();
        let name = tag.as_ref().first_chunk().copied();
        // an HMAC-SHA256 has 32 bytes; the name of the head is never that of a record
        RecordName::from_bytes(name.unwrap_or([0xFF; RecordName::LEN]))
    }
}
