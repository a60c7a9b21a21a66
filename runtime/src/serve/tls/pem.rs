//! The sources of PEM: files and text.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::serve::telemetry;
use crate::serve::tls::error::TlsError;
use crate::serve::tls::identity::PemText;

/// Certificates or a private key in PEM (RFC 7468): a file, which can be replaced while the server runs, or text.
///
/// A string or path converts into a file.
#[derive(Clone)]
pub struct Pem(Source);

#[derive(Clone)]
enum Source {
    File(PathBuf),
    Text(Arc<Zeroizing<Vec<u8>>>),
}

impl Pem {
    /// Names a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// Wraps text, which is zeroized when it is dropped, and never printed.
    pub fn text(text: impl Into<Vec<u8>>) -> Self {
        Self(Source::Text(Arc::new(Zeroizing::new(text.into()))))
    }

    /// Returns whether the text can change.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.0, Source::File(_))
    }

    /// Reads the text. In errors, `role` names one that is not in a file.
    pub(super) fn read(&self, role: &str) -> Result<PemText, TlsError> {
        match &self.0 {
            Source::Text(text) => Ok(PemText {
                name: role.to_owned(),
                text: Zeroizing::clone(text),
            }),
            Source::File(path) => {
                let text = fs::read(path).map_err(|source| TlsError::Read {
                    path: path.clone(),
                    source,
                })?;
                Ok(PemText {
                    name: format!("`{}`", path.display()),
                    text: Zeroizing::new(text),
                })
            }
        }
    }

    /// Logs a warning if every user of the host can read the file of a private key.
    ///
    /// This is no error: the files of secrets that a container runtime mounts often have such a mode.
    pub(super) fn warn_if_readable_by_all(&self) {
        #[cfg(unix)]
        if let Source::File(path) = &self.0 {
            use std::os::unix::fs::PermissionsExt as _;

            let mode = fs::metadata(path).map(|metadata| metadata.permissions().mode());
            if mode.is_ok_and(|mode| mode & 0o004 != 0) {
                telemetry::tls_key_readable(path);
            }
        }
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::File(path) => f.debug_tuple("File").field(path).finish(),
            Source::Text(_) => f.write_str("Text([redacted])"),
        }
    }
}

/// Prints the path of a file, and never the text.
impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::File(path) => write!(f, "`{}`", path.display()),
            Source::Text(_) => f.write_str("text"),
        }
    }
}

impl From<&str> for Pem {
    fn from(path: &str) -> Self {
        Self::file(path)
    }
}

impl From<String> for Pem {
    fn from(path: String) -> Self {
        Self::file(path)
    }
}

impl From<&Path> for Pem {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

impl From<PathBuf> for Pem {
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}
