//! The file of a record: a head with version and expiry time, and the sealed bytes.

use aws_lc_rs::digest::{SHA256, digest};

use crate::claims::NumericDate;
use crate::relying_party::vault::store::StoredRecord;

/// The longest file.
pub(super) const MAX_LEN: usize = (256 << 10) + HEAD;

const MAGIC: [u8; 4] = *b"PALV";
const FORMAT: u8 = 1;
const HEAD: usize = MAGIC.len() + 1 + 8 + 8;

/// No expiry time; a [`NumericDate`] is never as late.
pub(super) const NO_EXPIRY: u64 = u64::MAX;

/// A file that is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordFileError {
    Damaged,
    UnknownFormat,
}

/// The first half of the SHA-256 of a file.
pub(super) type FileDigest = [u8; 16];

pub(super) fn digest_of(file: &[u8]) -> FileDigest {
    let mut half = [0; 16];
    if let Some(bytes) = digest(&SHA256, file).as_ref().first_chunk() {
        half = *bytes;
    }
    half
}

/// Returns the content of the file, or `None` if it would be longer than a file may be.
pub(super) fn encode(record: &StoredRecord) -> Option<Vec<u8>> {
    let mut file = Vec::with_capacity(HEAD + record.sealed.len());
    file.extend_from_slice(&MAGIC);
    file.push(FORMAT);
    file.extend_from_slice(&record.version.to_be_bytes());
    file.extend_from_slice(&encode_expiry(record.expires_at).to_be_bytes());
    file.extend_from_slice(&record.sealed);
    (file.len() <= MAX_LEN).then_some(file)
}

pub(super) fn decode(file: &[u8]) -> Result<StoredRecord, RecordFileError> {
    let damaged = RecordFileError::Damaged;
    let rest = file.strip_prefix(&MAGIC).ok_or(damaged)?;
    let (format, rest) = rest.split_first().ok_or(damaged)?;
    if *format != FORMAT {
        return Err(RecordFileError::UnknownFormat);
    }
    let (version, rest) = rest.split_first_chunk().ok_or(damaged)?;
    let (expiry, sealed) = rest.split_first_chunk().ok_or(damaged)?;
    Ok(StoredRecord {
        version: u64::from_be_bytes(*version),
        expires_at: decode_expiry(u64::from_be_bytes(*expiry))?,
        sealed: sealed.to_vec(),
    })
}

pub(super) fn encode_expiry(expires_at: Option<NumericDate>) -> u64 {
    expires_at.map_or(NO_EXPIRY, NumericDate::as_millis)
}

/// Returns an error if the number is neither a date nor [`NO_EXPIRY`].
pub(super) fn decode_expiry(millis: u64) -> Result<Option<NumericDate>, RecordFileError> {
    match millis {
        NO_EXPIRY => Ok(None),
        millis if millis <= NumericDate::MAX.as_millis() => {
            Ok(Some(NumericDate::from_millis(millis)))
        }
        _ => Err(RecordFileError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(expires_at: Option<NumericDate>) -> StoredRecord {
        StoredRecord {
            version: 7,
            expires_at,
            sealed: b"sealed".to_vec(),
        }
    }

    #[test]
    fn file_survives_a_round_trip() {
        for expires_at in [
            None,
            Some(NumericDate::from_secs(0)),
            Some(NumericDate::MAX),
        ] {
            let record = record(expires_at);
            let file = encode(&record).unwrap();
            assert_eq!(file.len(), HEAD + 6);
            assert_eq!(decode(&file), Ok(record));
        }
    }

    #[test]
    fn malformed_file_is_damaged_or_of_an_unknown_format() {
        let file = encode(&record(None)).unwrap();
        for len in 0..HEAD {
            assert_eq!(decode(&file[..len]), Err(RecordFileError::Damaged), "{len}");
        }
        let mut changed = file.clone();
        changed[4] = 2;
        assert_eq!(decode(&changed), Err(RecordFileError::UnknownFormat));
        for at in 0..4 {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert_eq!(decode(&changed), Err(RecordFileError::Damaged), "{at}");
        }
        let mut changed = file;
        changed[HEAD - 1] ^= 1;
        assert_eq!(decode(&changed), Err(RecordFileError::Damaged));
    }

    #[test]
    fn file_that_is_too_long_is_not_written() {
        let mut record = record(None);
        record.sealed = vec![0; MAX_LEN - HEAD];
        assert_eq!(encode(&record).unwrap().len(), MAX_LEN);
        record.sealed.push(0);
        assert_eq!(encode(&record), None);
    }
}
