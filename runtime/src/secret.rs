//! Secrets that print as nothing, compare in constant time and are wiped when dropped.

use std::path::Path;
use std::{fmt, fs, io};

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

    /// Reads a file that holds the secret and nothing else.
    ///
    /// One line break at its end, as editors and `echo` leave it, is no part of the secret;
    /// everything else is, white space too. A file of random bytes, whose last may be a line break
    /// by chance, is for [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// Where the file cannot be read; the error names it.
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
    use std::env;
    use std::process;

    use super::*;

    /// What becomes of a file with these bytes.
    fn from_file(bytes: &[u8]) -> Vec<u8> {
        let file = env::temp_dir().join(format!("palisade-secret-{}", process::id()));
        fs::write(&file, bytes).unwrap();
        let secret = Secret::from_file(&file);
        fs::remove_file(&file).unwrap();
        secret.unwrap().expose().to_vec()
    }

    #[test]
    fn one_line_break_at_a_files_end_is_no_part_of_the_secret() {
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
    fn debug_tells_nothing() {
        let printed = format!("{:?}", Secret::new(*b"hunter2-hunter2-hunter2"));
        assert_eq!(printed, "Secret([redacted])");
    }
}
