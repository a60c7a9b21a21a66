//! The sealed form of a session's content.

use std::io;

use zeroize::Zeroizing;

use crate::seal::Sealer;
use crate::session::error::SessionError;
use crate::session::login::LoginRecord;
use crate::session::store::SessionKey;

/// The longest content, in bytes.
const MAX_LEN: usize = 64 << 10;

/// Seals the content; the key is associated data, so that a store cannot give it to another session.
pub(super) fn seal(
    sealer: &Sealer,
    key: &SessionKey,
    record: &LoginRecord,
) -> Result<Vec<u8>, SessionError> {
    let mut content = Limited(Zeroizing::new(Vec::with_capacity(MAX_LEN)));
    serde_json::to_writer(&mut content, record).map_err(|_| SessionError::TooLong)?;
    sealer
        .seal(&content.0, &[key.as_bytes()])
        .map_err(|_| SessionError::NoRandomBytes)
}

/// Opens the content, unless it was sealed for another session or with unknown keys.
pub(super) fn open(sealer: &Sealer, key: &SessionKey, sealed: &[u8]) -> Option<LoginRecord> {
    let content = sealer.open(sealed, &[key.as_bytes()]).ok()?;
    serde_json::from_slice(&content).ok()
}

/// A buffer that never grows, so that no claims remain in a former one.
struct Limited(Zeroizing<Vec<u8>>);

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_LEN {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
