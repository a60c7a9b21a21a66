//! Secrets that print as nothing, compare in constant time and are wiped when dropped.

use std::fmt;

use zeroize::Zeroizing;

/// Bytes that nobody may read by accident.
///
/// No `Display`, no `Serialize`, no `PartialEq` that leaks through timing.
#[derive(Clone)]
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
}

impl Secret {
    /// Takes the bytes; the given vector is wiped when the secret is dropped.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: Zeroizing::new(bytes.into()),
        }
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_nothing() {
        let printed = format!("{:?}", Secret::new(*b"hunter2-hunter2-hunter2"));
        assert_eq!(printed, "Secret([redacted])");
    }
}
