//! The JWT with which a client authenticates, `private_key_jwt` ([RFC 7523 §2.2], OpenID Connect Core §9).
//!
//! Its only audience is the issuer, as one string: an endpoint's URL comes from the provider's document, and a
//! document of another provider could name it, to have an assertion made for it (CVE-2025-27370).
//!
//! [RFC 7523 §2.2]: https://www.rfc-editor.org/rfc/rfc7523#section-2.2

use std::error::Error;
use std::fmt;
#[cfg(unix)]
use std::io;
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::rand;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::claims::NumericDate;
use crate::keys::{Algorithm, KeyPair};
#[cfg(unix)]
use crate::relying_party::vault::{OwnedFileError, read_private};

/// The lifetime of an assertion, in seconds.
const LIFETIME: u64 = 60;

/// The maximum length of a key's ID, in bytes.
const MAX_KID_LEN: usize = 256;

/// The maximum length of a key's file, in bytes.
#[cfg(unix)]
const MAX_FILE_LEN: usize = 64 << 10;

/// A private key that signs a client's assertions, for `private_key_jwt`.
///
/// Each assertion is used once and is valid for 60 s; its audience is the issuer.
///
/// # Examples
///
/// ```no_run
/// use palisade::Algorithm;
/// use palisade::relying_party::AssertionKey;
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let key = AssertionKey::from_pem(Algorithm::ES256, std::fs::read("client.pem")?)?.kid("2026-11")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AssertionKey {
    algorithm: Algorithm,
    kid: Option<String>,
    pair: KeyPair,
}

/// An error in the private key of an [`AssertionKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssertionKeyError {
    /// The algorithm is not one of RS256, PS256, ES256 and `EdDSA`.
    Algorithm,
    /// The text is not one PEM section with a private key.
    Pem,
    /// The key is malformed, too small, or not of the algorithm.
    Key,
    /// The key ID is empty, longer than 256 bytes, or not printable ASCII.
    Kid,
}

impl AssertionKey {
    /// Reads a private key: one PEM section `PRIVATE KEY`, `EC PRIVATE KEY` or `RSA PRIVATE KEY`.
    ///
    /// The algorithm is ES256, `EdDSA` (Ed25519), PS256, or RS256 for providers without the others; an RSA key
    /// has at least 2048 bits.
    ///
    /// # Errors
    ///
    /// Returns [`AssertionKeyError`] if the key is malformed or not of the algorithm.
    pub fn from_pem(
        algorithm: Algorithm,
        pem: impl AsRef<[u8]>,
    ) -> Result<Self, AssertionKeyError> {
        let mut sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_ref());
        let (Some(Ok((kind, der))), None) = (sections.next(), sections.next()) else {
            return Err(AssertionKeyError::Pem);
        };
        let der = Zeroizing::new(der);
        if !matches!(
            kind,
            SectionKind::PrivateKey | SectionKind::EcPrivateKey | SectionKind::RsaPrivateKey
        ) {
            return Err(AssertionKeyError::Pem);
        }
        let pair = read_pair(algorithm, kind, &der)?;
        Ok(Self {
            algorithm,
            kid: None,
            pair,
        })
    }

    /// Reads a private key from a PEM file that only this user can read.
    ///
    /// As a [`KeyFile`](super::vault::KeyFile), it must be a regular file with mode 0600 or 0400 that belongs to the
    /// effective user of the process; a symbolic link is rejected. Its directory must belong to the same user or to root,
    /// and other users cannot write to it. For another source, such as a mounted secret, read it yourself and use
    /// [`from_pem`](Self::from_pem).
    ///
    /// # Errors
    ///
    /// Returns an error if the file is not private, is longer than 64 KiB or cannot be read, or as
    /// [`from_pem`](Self::from_pem). Its message contains the path.
    #[cfg(unix)]
    pub fn from_file(algorithm: Algorithm, path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let at_path = |kind, error: &dyn fmt::Display| {
            io::Error::new(kind, format!("{}: {error}", path.display()))
        };
        let pem = read_private(path, MAX_FILE_LEN).map_err(|error| {
            let kind = match &error {
                OwnedFileError::Io(error) => error.kind(),
                OwnedFileError::NotPrivate(_) => io::ErrorKind::PermissionDenied,
                OwnedFileError::TooLong => io::ErrorKind::InvalidData,
            };
            at_path(kind, &error)
        })?;
        Self::from_pem(algorithm, pem).map_err(|error| at_path(io::ErrorKind::InvalidData, &error))
    }

    /// Sets the ID under which the provider has the public key.
    ///
    /// # Errors
    ///
    /// Returns [`AssertionKeyError::Kid`] unless it has 1 to 256 printable ASCII characters.
    pub fn kid(mut self, kid: impl Into<String>) -> Result<Self, AssertionKeyError> {
        let kid = kid.into();
        let is_printable = kid.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if kid.is_empty() || kid.len() > MAX_KID_LEN || !is_printable {
            return Err(AssertionKeyError::Kid);
        }
        self.kid = Some(kid);
        Ok(self)
    }

    /// Returns the algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Signs an assertion of the client for the issuer.
    ///
    /// Returns `None` if the operating system has no random bytes, or signing fails.
    pub(super) fn sign(
        &self,
        client_id: &str,
        issuer: &str,
        now: NumericDate,
    ) -> Option<Zeroizing<String>> {
        let mut jti = [0; 16];
        rand::fill(&mut jti).ok()?;
        let header = Header {
            typ: "client-authentication+jwt",
            alg: self.algorithm,
            kid: self.kid.as_deref(),
        };
        let claims = Claims {
            iss: client_id,
            sub: client_id,
            aud: issuer,
            jti: URL_SAFE_NO_PAD.encode(jti),
            iat: now.as_secs(),
            exp: now.as_secs().checked_add(LIFETIME)?,
        };
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).ok()?);
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).ok()?);
        let message = format!("{header}.{claims}");
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(message.as_bytes())?);
        Some(Zeroizing::new(format!("{message}.{signature}")))
    }
}

fn read_pair(
    algorithm: Algorithm,
    kind: SectionKind,
    der: &[u8],
) -> Result<KeyPair, AssertionKeyError> {
    let rsa = |encoding: &'static dyn RsaEncoding| {
        let pair = match kind {
            SectionKind::RsaPrivateKey => RsaKeyPair::from_der(der),
            _ => RsaKeyPair::from_pkcs8(der),
        };
        Some(KeyPair::Rsa(Arc::new(pair.ok()?), encoding))
    };
    let pair = match algorithm {
        Algorithm::RS256 => rsa(&RSA_PKCS1_SHA256),
        Algorithm::PS256 => rsa(&RSA_PSS_SHA256),
        Algorithm::ES256 => {
            EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
                .ok()
                .map(|pair| KeyPair::P256(Arc::new(pair)))
        }
        Algorithm::EdDSA => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .ok()
            .map(|pair| KeyPair::Ed25519(Arc::new(pair))),
        _ => return Err(AssertionKeyError::Algorithm),
    };
    pair.ok_or(AssertionKeyError::Key)
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'static str,
    alg: Algorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: u64,
    exp: u64,
}

/// Omits the key.
impl fmt::Debug for AssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertionKey")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for AssertionKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "the algorithm of client assertions is RS256, PS256, ES256 or EdDSA",
            Self::Pem => "the private key is not one PEM section `PRIVATE KEY`",
            Self::Key => "the private key is malformed, too small, or not of the algorithm",
            Self::Kid => "a key ID has 1 to 256 printable ASCII characters",
        })
    }
}

impl Error for AssertionKeyError {}

#[cfg(all(test, unix))]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn pem(name: &str, der: &[u8]) -> String {
        let der = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {name}-----\n{der}\n-----END {name}-----\n")
    }

    /// `openssl genrsa -traditional` writes the second form.
    #[test]
    fn rsa_key_is_read_in_both_forms_and_signs() {
        use aws_lc_rs::encoding::AsDer as _;
        use aws_lc_rs::signature::{
            KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
            VerificationAlgorithm,
        };
        let generated = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let pkcs8 = generated.as_der().unwrap();
        // RFC 5958 §2: a version, an algorithm, and the key of RFC 8017 in an octet string
        let pkcs1 = &pkcs8.as_ref()[26..];
        for (algorithm, verifier) in [
            (
                Algorithm::RS256,
                &RSA_PKCS1_2048_8192_SHA256 as &'static dyn VerificationAlgorithm,
            ),
            (Algorithm::PS256, &RSA_PSS_2048_8192_SHA256),
        ] {
            for pem in [
                pem("PRIVATE KEY", pkcs8.as_ref()),
                pem("RSA PRIVATE KEY", pkcs1),
            ] {
                let key = AssertionKey::from_pem(algorithm, pem).unwrap();
                let now = NumericDate::from_secs(1);
                let token = key.sign("web", "https://a.example", now).unwrap();
                let (message, signature) = token.rsplit_once('.').unwrap();
                let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
                let public = UnparsedPublicKey::new(verifier, generated.public_key().as_ref());
                let verified = public.verify(message.as_bytes(), &signature);
                assert!(verified.is_ok(), "{algorithm:?}");
            }
            for pem in [
                pem("RSA PRIVATE KEY", pkcs8.as_ref()),
                pem("PRIVATE KEY", pkcs1),
                pem("EC PRIVATE KEY", pkcs1),
            ] {
                assert!(AssertionKey::from_pem(algorithm, pem).is_err());
            }
        }
        let key = AssertionKey::from_pem(Algorithm::RS256, pem("PRIVATE KEY", pkcs8.as_ref()));
        let key = key.unwrap().kid("k".repeat(MAX_KID_LEN)).unwrap();
        for kid in [String::new(), "k".repeat(MAX_KID_LEN + 1), "\n".to_owned()] {
            assert_eq!(key.clone().kid(kid).unwrap_err(), AssertionKeyError::Kid);
        }
    }

    #[test]
    fn key_file_that_others_can_read_or_replace_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("client.pem");
        let der =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let pem = pem("PRIVATE KEY", der.unwrap().as_ref());
        fs::write(&path, &pem).unwrap();
        let load = |path: &Path| AssertionKey::from_file(Algorithm::ES256, path);
        let set_mode =
            |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        for (mode, is_private) in [
            (0o600, true),
            (0o400, true),
            (0o640, false),
            (0o604, false),
            (0o620, false),
            (0o644, false),
        ] {
            set_mode(&path, mode);
            let loaded = load(&path);
            assert_eq!(loaded.is_ok(), is_private, "{mode:o}");
            if let Err(error) = loaded {
                assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
                assert!(error.to_string().contains("client.pem"), "{error}");
            }
        }
        set_mode(&path, 0o600);
        let link = directory.path().join("link.pem");
        symlink(&path, &link).unwrap();
        assert!(load(&link).is_err());
        assert!(load(directory.path()).is_err());
        assert!(load(&directory.path().join("missing.pem")).is_err());
        set_mode(directory.path(), 0o777);
        assert!(load(&path).is_err());
        set_mode(directory.path(), 0o700);
        assert!(load(&path).is_ok());
        fs::write(&path, pem + &"\n".repeat(MAX_FILE_LEN)).unwrap();
        assert!(load(&path).is_err());
    }
}
