//! The sealed form of a session's content.

use std::io;

use zeroize::Zeroizing;

use crate::seal::Sealer;
use crate::session::error::SessionError;
use crate::session::login::LoginRecord;
use crate::session::origin::AppOrigin;
use crate::session::store::SessionKey;

/// The longest content, in bytes.
const MAX_LEN: usize = 64 << 10;

/// Seals and opens the contents of one application's sessions.
pub(super) struct RecordSealer {
    sealer: Sealer,
    origin: AppOrigin,
}

impl RecordSealer {
    pub(super) fn new(sealer: Sealer, origin: AppOrigin) -> Self {
        Self { sealer, origin }
    }

    /// The key of the session, so that a store cannot give a content to another one, and the origin, so that a person who
    /// has logged in to one application is not logged in to another one with the same store and keys.
    fn associated_data<'a>(&'a self, key: &'a SessionKey) -> [&'a [u8]; 2] {
        [key.as_bytes(), self.origin.as_str().as_bytes()]
    }
}

/// Seals the content.
pub(super) fn seal(
    sealer: &RecordSealer,
    key: &SessionKey,
    record: &LoginRecord,
) -> Result<Vec<u8>, SessionError> {
    let mut content = Limited(Zeroizing::new(Vec::with_capacity(MAX_LEN)));
    serde_json::to_writer(&mut content, record).map_err(|_| SessionError::TooLong)?;
    sealer
        .sealer
        .seal(&content.0, &sealer.associated_data(key))
        .map_err(|_| SessionError::NoRandomBytes)
}

/// Opens the content, unless it was sealed for another session or application, or with unknown keys.
pub(super) fn open(sealer: &RecordSealer, key: &SessionKey, sealed: &[u8]) -> Option<LoginRecord> {
    let content = sealer.sealer.open(sealed, &sealer.associated_data(key));
    serde_json::from_slice(&content.ok()?).ok()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{Purpose, SealingKey, SealingKeys};
    use crate::session::NewLogin;

    #[test]
    fn record_of_the_maximum_length_is_sealed() {
        let keys = SealingKeys::new(SealingKey::generate().unwrap());
        let sealer = RecordSealer::new(
            keys.sealer(Purpose::new("a test")).unwrap(),
            AppOrigin::parse("https://app.example").unwrap(),
        );
        let key = SessionKey::from_bytes([1; 32]);
        let record = |len: usize| {
            let claims = [("text".to_owned(), "x".repeat(len).into())];
            let login = NewLogin::new("https://login.example", "app", "alice");
            LoginRecord {
                person: login.claims(claims.into_iter().collect()).person,
                started_at: 0,
                expires_at: 0,
            }
        };
        let len = MAX_LEN - serde_json::to_vec(&record(0)).unwrap().len();
        let longest = record(len);
        let sealed = seal(&sealer, &key, &longest).unwrap();
        assert_eq!(open(&sealer, &key, &sealed), Some(longest));
        let too_long = seal(&sealer, &key, &record(len + 1));
        assert!(matches!(too_long, Err(SessionError::TooLong)));
    }

    #[test]
    fn record_opens_for_its_session_and_application_only() {
        let keys = SealingKeys::new(SealingKey::generate().unwrap());
        let sealer = |origin| {
            let sealer = keys.sealer(Purpose::new("a test")).unwrap();
            RecordSealer::new(sealer, AppOrigin::parse(origin).unwrap())
        };
        let orders = sealer("https://orders.example");
        let [key, other_key] = [1, 2].map(|byte| SessionKey::from_bytes([byte; 32]));
        let record = LoginRecord {
            person: NewLogin::new("https://login.example", "orders", "alice").person,
            started_at: 0,
            expires_at: 0,
        };
        let sealed = seal(&orders, &key, &record).unwrap();
        assert_eq!(open(&orders, &key, &sealed), Some(record));
        assert_eq!(open(&orders, &other_key, &sealed), None);
        for origin in [
            "https://admin.example",
            "https://orders.example:8443",
            "https://orders.example.",
        ] {
            assert_eq!(open(&sealer(origin), &key, &sealed), None, "{origin}");
        }
    }
}
