//! The properties of a vault's formats, for fuzz targets.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a fuzz target panics if a property does not hold"
)]

use std::sync::LazyLock;

use crate::relying_party::vault::file;
use crate::relying_party::vault::record::RecordSealer;
use crate::relying_party::vault::record_id::RecordId;
use crate::relying_party::vault::store::{RecordName, StoredRecord};
use crate::seal::{Purpose, SealingKey, SealingKeys};

static RECORDS: LazyLock<RecordSealer> = LazyLock::new(|| {
    let bytes: [u8; SealingKey::LEN] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let keys = SealingKeys::new(SealingKey::from_bytes(bytes).unwrap());
    RecordSealer::new(keys.sealer(Purpose::new("fuzzing")).unwrap(), [7; 16])
});

/// Checks that files and indexes have one encoding each, and that no record opens that was not sealed.
pub fn vault_record(bytes: &[u8]) {
    file::fuzzing::formats(bytes);
    let id = RecordId::new("issuer", "client", "tokens").unwrap();
    let record = StoredRecord {
        version: 1,
        expires_at: None,
        sealed: bytes.to_vec(),
    };
    let name = RecordName::from_bytes([1; RecordName::LEN]);
    assert!(RECORDS.open(&id, name, &record).is_err());
    assert!(RECORDS.rewrap(name, &record).is_err());
}
