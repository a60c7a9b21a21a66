//! Signature algorithms. `none` has no representation.

pub use jsonwebtoken::Algorithm;

/// The algorithms that are allowed by default, in order of preference for keys without `alg`.
pub(crate) const DEFAULT_ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];

/// Returns the algorithm with a registered name, which is case-sensitive ([RFC 7515 §4.1.1]).
///
/// `Ed25519` is the fully specified name of the only `EdDSA` algorithm here ([RFC 9864]).
///
/// [RFC 7515 §4.1.1]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.1
/// [RFC 9864]: https://www.rfc-editor.org/rfc/rfc9864
pub(crate) fn algorithm_from_name(name: &str) -> Option<Algorithm> {
    Some(match name {
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "PS384" => Algorithm::PS384,
        "PS512" => Algorithm::PS512,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "EdDSA" | "Ed25519" => Algorithm::EdDSA,
        "HS256" => Algorithm::HS256,
        "HS384" => Algorithm::HS384,
        "HS512" => Algorithm::HS512,
        _ => return None,
    })
}

/// The type of key that an algorithm needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyType {
    Rsa,
    P256,
    P384,
    Ed25519,
    /// A shared secret of at least as many bytes as the hash has (RFC 7518 §3.2).
    Secret {
        min_len: usize,
    },
}

impl KeyType {
    /// Returns the type of key for `algorithm`, or `None` if Palisade does not support it.
    pub(crate) fn of(algorithm: Algorithm) -> Option<Self> {
        Some(match algorithm {
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512 => Self::Rsa,
            Algorithm::ES256 => Self::P256,
            Algorithm::ES384 => Self::P384,
            Algorithm::EdDSA => Self::Ed25519,
            Algorithm::HS256 => Self::Secret { min_len: 32 },
            Algorithm::HS384 => Self::Secret { min_len: 48 },
            Algorithm::HS512 => Self::Secret { min_len: 64 },
            _ => return None,
        })
    }

    /// Returns whether this is the type of key that `algorithm` needs.
    pub(crate) fn fits(self, algorithm: Algorithm) -> bool {
        Self::of(algorithm) == Some(self)
    }

    /// Returns whether signer and verifier share the key.
    pub(crate) fn is_secret(self) -> bool {
        matches!(self, Self::Secret { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CVE-2015-2951: `none` is not an algorithm in any spelling.
    #[test]
    fn none_is_not_an_algorithm() {
        for name in ["none", "None", "NONE", "nOnE", "none ", " none", "", "null"] {
            assert_eq!(algorithm_from_name(name), None, "{name:?}");
        }
    }

    /// RFC 7518 §3.1, RFC 8037 §3.1.
    #[test]
    fn registered_name_returns_the_algorithm_and_key_type() {
        let secret = |min_len| KeyType::Secret { min_len };
        for (name, algorithm, key_type) in [
            ("RS256", Algorithm::RS256, KeyType::Rsa),
            ("RS384", Algorithm::RS384, KeyType::Rsa),
            ("RS512", Algorithm::RS512, KeyType::Rsa),
            ("PS256", Algorithm::PS256, KeyType::Rsa),
            ("PS384", Algorithm::PS384, KeyType::Rsa),
            ("PS512", Algorithm::PS512, KeyType::Rsa),
            ("ES256", Algorithm::ES256, KeyType::P256),
            ("ES384", Algorithm::ES384, KeyType::P384),
            ("EdDSA", Algorithm::EdDSA, KeyType::Ed25519),
            ("HS256", Algorithm::HS256, secret(32)),
            ("HS384", Algorithm::HS384, secret(48)),
            ("HS512", Algorithm::HS512, secret(64)),
        ] {
            assert_eq!(algorithm_from_name(name), Some(algorithm), "{name}");
            assert_eq!(KeyType::of(algorithm), Some(key_type), "{name}");
            assert!(key_type.fits(algorithm), "{name}");
            assert_eq!(key_type.is_secret(), name.starts_with("HS"), "{name}");
        }
    }

    #[test]
    fn similar_name_is_not_an_algorithm() {
        for name in [
            "rs256",
            "RS256 ",
            "Rs256",
            "RS256\0",
            "RSA-OAEP",
            "dir",
            "PBES2-HS256+A128KW",
            "ES256K",
        ] {
            assert_eq!(algorithm_from_name(name), None, "{name:?}");
        }
        assert_eq!(algorithm_from_name("RS256"), Some(Algorithm::RS256));
    }

    #[test]
    fn ed25519_is_an_alias_of_eddsa() {
        assert_eq!(algorithm_from_name("Ed25519"), Some(Algorithm::EdDSA));
        assert_eq!(algorithm_from_name("EdDSA"), Some(Algorithm::EdDSA));
        assert_eq!(algorithm_from_name("Ed448"), None);
    }

    #[test]
    fn key_type_fits_only_algorithms_of_its_family() {
        assert!(KeyType::Rsa.fits(Algorithm::PS512));
        assert!(KeyType::P256.fits(Algorithm::ES256));
        for algorithm in [
            Algorithm::ES384,
            Algorithm::RS256,
            Algorithm::EdDSA,
            Algorithm::HS256,
        ] {
            assert!(!KeyType::P256.fits(algorithm), "{algorithm:?}");
        }
    }

    #[test]
    fn default_algorithms_are_asymmetric_and_in_documented_order() {
        assert_eq!(
            DEFAULT_ALGORITHMS,
            ["RS256", "PS256", "ES256", "EdDSA"].map(|name| algorithm_from_name(name).unwrap())
        );
        assert!(
            DEFAULT_ALGORITHMS
                .iter()
                .all(|algorithm| !KeyType::of(*algorithm).unwrap().is_secret())
        );
    }
}
