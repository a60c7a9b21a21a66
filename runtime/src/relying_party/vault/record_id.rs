//! The identity of a record: what its tokens belong to.

use std::error::Error;
use std::fmt;

/// The identity of a record: the issuer, the client, the kind of its content, and optionally a subject and a detail.
///
/// The identity is part of the record's associated data, so that a record is never valid for another one. Values are
/// compared byte by byte, without normalization. The store sees a keyed hash of them only.
///
/// # Examples
///
/// ```
/// use palisade::relying_party::vault::RecordId;
///
/// let of_alice = RecordId::new("https://login.example", "orders-web", "tokens")?
///     .subject("alice")?
///     .detail("session 4f1c")?;
/// # Ok::<(), palisade::relying_party::vault::RecordIdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RecordId {
    issuer: String,
    client_id: String,
    kind: String,
    subject: Option<String>,
    detail: Option<String>,
}

impl RecordId {
    /// The maximum length of each value in bytes.
    pub const MAX_LEN: usize = 2048;

    /// Creates the identity of a record: its issuer, its client, and the kind of its content.
    ///
    /// The kind separates records of different modules or formats, such as `"tokens"` or `"id_token"`.
    ///
    /// # Errors
    ///
    /// Returns an error if a value is empty or longer than [`MAX_LEN`](Self::MAX_LEN).
    pub fn new(
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        kind: impl Into<String>,
    ) -> Result<Self, RecordIdError> {
        Ok(Self {
            issuer: check(issuer.into())?,
            client_id: check(client_id.into())?,
            kind: check(kind.into())?,
            subject: None,
            detail: None,
        })
    }

    /// Sets the subject, whose tokens the record has; the tokens of the client itself have none.
    ///
    /// # Errors
    ///
    /// Returns an error if the subject is empty or too long.
    pub fn subject(self, subject: impl Into<String>) -> Result<Self, RecordIdError> {
        let subject = Some(check(subject.into())?);
        Ok(Self { subject, ..self })
    }

    /// Sets a detail that distinguishes records of the same subject, such as a session or a resource.
    ///
    /// # Errors
    ///
    /// Returns an error if the detail is empty or too long.
    pub fn detail(self, detail: impl Into<String>) -> Result<Self, RecordIdError> {
        let detail = Some(check(detail.into())?);
        Ok(Self { detail, ..self })
    }

    /// Returns the values as parts of associated data.
    ///
    /// A value that is not set differs from every value: a part states how many are set.
    pub(super) fn parts(&self) -> [&[u8]; 6] {
        let set: &[u8] = match (&self.subject, &self.detail) {
            (None, None) => b"",
            (Some(_), None) => b"subject",
            (None, Some(_)) => b"detail",
            (Some(_), Some(_)) => b"subject, detail",
        };
        [
            set,
            self.issuer.as_bytes(),
            self.client_id.as_bytes(),
            self.kind.as_bytes(),
            self.subject.as_deref().unwrap_or_default().as_bytes(),
            self.detail.as_deref().unwrap_or_default().as_bytes(),
        ]
    }
}

/// Prints the issuer, the client and the kind; the subject and the detail are personal.
impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordId")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A value of a [`RecordId`] is empty or too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordIdError {
    /// A value is empty.
    Empty,
    /// A value has more than [`RecordId::MAX_LEN`] bytes.
    TooLong,
}

impl fmt::Display for RecordIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "a value of a record's identity is empty",
            Self::TooLong => "a value of a record's identity has more than 2048 bytes",
        })
    }
}

impl Error for RecordIdError {}

fn check(value: String) -> Result<String, RecordIdError> {
    match value.len() {
        0 => Err(RecordIdError::Empty),
        1..=RecordId::MAX_LEN => Ok(value),
        _ => Err(RecordIdError::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> RecordId {
        RecordId::new("https://login.example", "web", "tokens").unwrap()
    }

    #[test]
    fn empty_or_long_value_is_rejected() {
        assert_eq!(
            RecordId::new("", "b", "c").unwrap_err(),
            RecordIdError::Empty
        );
        assert_eq!(
            RecordId::new("a", "", "c").unwrap_err(),
            RecordIdError::Empty
        );
        assert_eq!(
            RecordId::new("a", "b", "").unwrap_err(),
            RecordIdError::Empty
        );
        assert_eq!(id().subject("").unwrap_err(), RecordIdError::Empty);
        assert_eq!(id().detail("").unwrap_err(), RecordIdError::Empty);
        assert!(id().subject("a".repeat(2048)).is_ok());
        assert_eq!(
            id().subject("a".repeat(2049)).unwrap_err(),
            RecordIdError::TooLong
        );
    }

    #[test]
    fn debug_prints_no_subject() {
        let printed = format!(
            "{:?}",
            id().subject("alice").unwrap().detail("4711").unwrap()
        );
        assert!(printed.contains("https://login.example"), "{printed}");
        assert!(
            !printed.contains("alice") && !printed.contains("4711"),
            "{printed}"
        );
    }

    #[test]
    fn subject_and_detail_of_the_same_text_differ() {
        let subject = id().subject("a").unwrap();
        let detail = id().detail("a").unwrap();
        let both = id().subject("a").unwrap().detail("a").unwrap();
        let all = [&id(), &subject, &detail, &both].map(|id| id.parts().map(<[u8]>::to_vec));
        for (at, one) in all.iter().enumerate() {
            assert!(!all.iter().skip(at + 1).any(|other| other == one), "{at}");
        }
    }
}
