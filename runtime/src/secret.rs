//! Secrets, which cannot be printed and are zeroized when they are dropped.

use std::path::Path;
use std::{fmt, fs, io};

use zeroize::Zeroizing;

/// Secret bytes.
///
/// The type has no `Display`, no `Serialize`, and no `PartialEq` that would leak through timing.
/// `Debug` prints `[redacted]`, and the bytes are zeroized on drop.
#[derive(Clone)]
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
}

impl Secret {
    /// Creates a secret from bytes, which are zeroized when it is dropped.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: Zeroizing::new(bytes.into()),
        }
    }

    /// Reads a secret from a file that contains nothing else.
    ///
    /// One line break at the end, as editors and `echo` write it, is removed; other whitespace is
    /// part of the secret. If the file contains random bytes, the last of which may be a line break,
    /// read it yourself and use [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read. Its message contains the path.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        let mut secret = Self::new(bytes);
        let line = secret
            .bytes
            .strip_suffix(b"\n")
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        if let Some(end) = line.map(<[u8]>::len) {
            secret.bytes.truncate(end);
        }
        Ok(secret)
    }

    /// Returns the number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns whether the secret has no bytes.
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
    use std::env;
    use std::process;

    use super::*;

    /// Writes a file with these bytes, and reads it as a secret.
    fn from_file(bytes: &[u8]) -> Vec<u8> {
        let file = env::temp_dir().join(format!("palisade-secret-{}", process::id()));
        fs::write(&file, bytes).unwrap();
        let secret = Secret::from_file(&file);
        fs::remove_file(&file).unwrap();
        secret.unwrap().expose().to_vec()
    }

    #[test]
    fn from_file_removes_one_trailing_line_break() {
        for (file, secret) in [
            ("s3cret", "s3cret"),
            ("s3cret\n", "s3cret"),
            ("s3cret\r\n", "s3cret"),
            ("s3cret\n\n", "s3cret\n"),
            ("s3cret\r", "s3cret\r"),
            ("s3cret \t\n", "s3cret \t"),
            ("\n s3\ncret ", "\n s3\ncret "),
            ("\n", ""),
            ("", ""),
        ] {
            assert_eq!(from_file(file.as_bytes()), secret.as_bytes(), "{file:?}");
        }
        let error = Secret::from_file("/nowhere/at/all").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    }

    #[test]
    fn debug_prints_redacted() {
        let printed = format!("{:?}", Secret::new(*b"hunter2-hunter2-hunter2"));
        assert_eq!(printed, "Secret([redacted])");
    }
}
