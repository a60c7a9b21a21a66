//! The properties of the formats of files, for fuzz targets.
#![allow(
    clippy::expect_used,
    reason = "a fuzz target panics if a property does not hold"
)]

use crate::relying_party::vault::file::index::Index;
use crate::relying_party::vault::file::record_file;

/// Checks that files have one encoding each.
pub(crate) fn formats(bytes: &[u8]) {
    if let Ok(record) = record_file::decode(bytes) {
        assert_eq!(record_file::encode(&record).as_deref(), Some(bytes));
    }
    if let Some(index) = Index::decode(bytes) {
        // a name that appears twice is encoded once
        let encoded = index.encode();
        assert!(encoded.len() <= bytes.len());
        assert_eq!(Index::decode(&encoded).expect("an encoded index"), index);
    }
}
