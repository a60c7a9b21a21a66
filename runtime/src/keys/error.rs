//! Why keys cannot be used: the operator's or the issuer's fault, never a caller's.

use std::fmt;

/// Why a key or a set of keys was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The key set is larger than 64 KiB.
    TooLong,
    /// The text is no JSON object with an array of objects as `keys`, or repeats a member.
    NotAKeySet,
    /// A set of public keys holds a private or a symmetric key: it has leaked.
    Leaked,
    /// Two keys have the same `kid` and algorithm, or no `kid` to tell them apart.
    Ambiguous,
    /// No key of the set can be used.
    NoUsableKey {
        /// How many were skipped: of another type, for another use or algorithm, weak, malformed.
        skipped: usize,
    },
    /// The text is not one PEM section `PUBLIC KEY`.
    NotAPublicKeyPem,
    /// The key is malformed, or of another type or curve than its algorithm needs.
    Unfit,
    /// The RSA modulus is below 2048 or above 8192 bits, its exponent is unsound, or the
    /// modulus has the shape that faulty hardware gives (CVE-2017-15361).
    Weak,
    /// The shared secret is shorter than the algorithm's hash.
    ShortSecret {
        /// How many bytes the algorithm needs.
        least: usize,
    },
    /// The shared secret reads as a public key, which everybody knows.
    PublicKeyAsSecret,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong => "the key set is larger than 64 KiB",
            Self::NotAKeySet => {
                "the key set is not a JSON object with an array `keys` and unique members"
            }
            Self::Leaked => "the set of public keys holds a private or symmetric key",
            Self::Ambiguous => "two keys for one algorithm cannot be told apart by `kid`",
            Self::NoUsableKey { skipped } => {
                return write!(f, "none of the {skipped} keys of the set can be used");
            }
            Self::NotAPublicKeyPem => "the text is not exactly one PEM section `PUBLIC KEY`",
            Self::Unfit => "the key is malformed or of another type than its algorithm needs",
            Self::Weak => "the RSA key is too small, too large or unsound",
            Self::ShortSecret { least } => {
                return write!(f, "the secret is shorter than {least} bytes");
            }
            Self::PublicKeyAsSecret => "the secret reads as a public key",
        };
        f.write_str(text)
    }
}

impl std::error::Error for KeyError {}
