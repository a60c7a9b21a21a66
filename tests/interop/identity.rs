//! A certificate with its key, in files for the programs of one test.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertifiedKey, PublicKeyData as _};

/// A self-signed certificate of loopback, in a directory that is removed on drop.
pub(crate) struct Identity {
    directory: PathBuf,
    /// The certificate, in PEM.
    pub(crate) certificate: String,
    /// The private key, in PEM.
    pub(crate) key: String,
    /// The SHA-256 hash of the public key, by which Chromium can be made to trust it.
    pub(crate) pin: String,
}

impl Identity {
    pub(crate) fn generate() -> Self {
        static DIRECTORIES: AtomicUsize = AtomicUsize::new(0);
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
        let number = DIRECTORIES.fetch_add(1, Ordering::Relaxed);
        let name = format!("identity-{}-{number}", std::process::id());
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir(&directory).unwrap();
        let public_key = signing_key.subject_public_key_info();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &public_key);
        let identity = Self {
            directory,
            certificate: cert.pem(),
            key: signing_key.serialize_pem(),
            pin: STANDARD.encode(hash),
        };
        let Self {
            certificate, key, ..
        } = &identity;
        fs::write(identity.certificate_file(), certificate).unwrap();
        fs::write(identity.key_file(), key).unwrap();
        fs::write(identity.joint_file(), certificate.clone() + key).unwrap();
        identity
    }

    pub(crate) fn certificate_file(&self) -> PathBuf {
        self.directory.join("cert.pem")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.directory.join("key.pem")
    }

    /// Returns the file with both, which `HAProxy` requires.
    pub(crate) fn joint_file(&self) -> PathBuf {
        self.directory.join("both.pem")
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}
