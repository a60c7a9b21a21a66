//! A certificate for development, on loopback only.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use palisade::{Pem, Tls};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};

const DAY: Duration = Duration::from_hours(24);

/// A self-signed certificate for `localhost`. Its private key is never written to a file.
pub struct DevelopmentCertificate {
    certificate: String,
    key: String,
}

impl DevelopmentCertificate {
    /// Generates a certificate that is valid for a week.
    ///
    /// # Errors
    ///
    /// Returns an error if the clock is before 1970 or a key cannot be generated.
    pub fn generate() -> Result<Self, Box<dyn Error>> {
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut parameters = CertificateParams::new(names)?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let now = date_time_ymd(1970, 1, 1) + now;
        parameters.not_before = now - DAY;
        parameters.not_after = now + 7 * DAY;
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        Ok(Self {
            certificate: parameters.self_signed(&key)?.pem(),
            key: key.serialize_pem(),
        })
    }

    /// Writes the certificate to a file for clients of a port, and returns its path.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn write(&self, port: u16) -> std::io::Result<PathBuf> {
        let path = output_folder()?.join(format!("localhost-{port}.pem"));
        fs::write(&path, &self.certificate)?;
        Ok(path)
    }

    /// Returns the configuration of a server with this certificate.
    pub fn tls(&self) -> Tls {
        Tls::new(
            Pem::text(self.certificate.as_str()),
            Pem::text(self.key.as_str()),
        )
    }
}

/// Creates the folder for the files of the quickstart, and returns its path.
///
/// # Errors
///
/// Returns an error if the folder cannot be created.
pub fn output_folder() -> std::io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/quickstart");
    fs::create_dir_all(&folder)?;
    folder.canonicalize()
}
