//! The parameters of RSA public keys, and the checks that they are secure.

use crate::keys::der::{self, read_element};
use crate::keys::error::KeyError;

const MIN_BITS: u32 = 2048;
const MAX_BITS: u32 = 8192;

/// The modulus and exponent of a secure key, big-endian without leading zeros.
pub(super) struct RsaComponents<'a> {
    pub(super) n: &'a [u8],
    pub(super) e: &'a [u8],
}

impl<'a> RsaComponents<'a> {
    /// Checks the parameters of a key.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError::Invalid`] for an empty encoding or one with leading zeros, and
    /// [`KeyError::Weak`] for less than 2048 or more than 8192 bits ([RFC 7518 §3.3]), an even
    /// modulus, an exponent that is 1, even or above 32 bits, and the ROCA fingerprint.
    ///
    /// [RFC 7518 §3.3]: https://www.rfc-editor.org/rfc/rfc7518#section-3.3
    pub(super) fn new(n: &'a [u8], e: &'a [u8]) -> Result<Self, KeyError> {
        let (Some(first), Some(last)) = (n.first(), n.last()) else {
            return Err(KeyError::Invalid);
        };
        if *first == 0 || e.first().is_none_or(|byte| *byte == 0) {
            return Err(KeyError::Invalid);
        }
        let bytes = u32::try_from(n.len()).map_err(|_| KeyError::Weak)?;
        let bits = bytes.saturating_mul(8) - first.leading_zeros();
        if !(MIN_BITS..=MAX_BITS).contains(&bits) || last % 2 == 0 {
            return Err(KeyError::Weak);
        }
        let exponent = e
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        if e.len() > 4 || exponent < 3 || exponent % 2 == 0 || is_roca(n) {
            return Err(KeyError::Weak);
        }
        Ok(Self { n, e })
    }

    /// Reads an `RSAPublicKey` ([RFC 8017 §A.1.1]).
    ///
    /// [RFC 8017 §A.1.1]: https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1
    pub(super) fn from_der(der: &'a [u8]) -> Result<Self, KeyError> {
        let read = || {
            let (sequence, _) = read_element(der::SEQUENCE, der)?;
            let (n, rest) = read_element(der::INTEGER, sequence)?;
            let (e, _) = read_element(der::INTEGER, rest)?;
            Some((without_sign(n), without_sign(e)))
        };
        let (n, e) = read().ok_or(KeyError::Invalid)?;
        Self::new(n, e)
    }
}

/// Removes the zero byte that DER puts before a number whose first bit is set.
fn without_sign(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

/// Returns whether the modulus has the fingerprint of CVE-2017-15361.
///
/// A vulnerable library generated primes that are powers of 65537 modulo many small primes, and so
/// is their product. The probability of a false positive is below 2^-27.
fn is_roca(n: &[u8]) -> bool {
    const SMALL_PRIMES: [u32; 38] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
        97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    SMALL_PRIMES.iter().all(|prime| {
        let remainder = n
            .iter()
            .fold(0_u32, |sum, byte| (sum * 256 + u32::from(*byte)) % prime);
        let powers = std::iter::successors(Some(1), |power| Some(power * 65_537 % prime));
        powers.take(*prime as usize).any(|power| power == remainder)
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::KeyPair as _;

    use super::*;

    const E: &[u8] = &[1, 0, 1];

    /// Returns a modulus of `bits` bits that passes every check except the one of its size.
    fn modulus(bits: usize) -> Vec<u8> {
        let mut n = vec![0x5A; bits.div_ceil(8)];
        *n.first_mut().unwrap() = 1 << ((bits - 1) % 8);
        *n.last_mut().unwrap() |= 1;
        n
    }

    fn check(n: &[u8], e: &[u8]) -> Result<(), KeyError> {
        RsaComponents::new(n, e).map(|_| ())
    }

    /// RFC 7518 §3.3 and §3.5.
    #[test]
    fn modulus_outside_2048_to_8192_bits_is_weak() {
        assert_eq!(check(&modulus(2047), E), Err(KeyError::Weak));
        assert_eq!(check(&modulus(2048), E), Ok(()));
        assert_eq!(check(&modulus(2049), E), Ok(()));
        assert_eq!(check(&modulus(8192), E), Ok(()));
        assert_eq!(check(&modulus(8193), E), Err(KeyError::Weak));
    }

    #[test]
    fn insecure_exponent_or_even_modulus_is_weak() {
        let n = modulus(2048);
        for e in [&[1][..], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
            assert_eq!(check(&n, e), Err(KeyError::Weak), "{e:?}");
        }
        assert_eq!(check(&n, &[3]), Ok(()));
        let mut even = n;
        *even.last_mut().unwrap() &= 0xFE;
        assert_eq!(check(&even, E), Err(KeyError::Weak));
    }

    #[test]
    fn leading_zeros_and_empty_parameters_are_invalid() {
        let mut padded = vec![0];
        padded.extend(modulus(2048));
        assert_eq!(check(&padded, E), Err(KeyError::Invalid));
        assert_eq!(check(&modulus(2048), &[0, 1, 0, 1]), Err(KeyError::Invalid));
        assert_eq!(check(&[], E), Err(KeyError::Invalid));
        assert_eq!(check(&modulus(2048), &[]), Err(KeyError::Invalid));
    }

    /// CVE-2017-15361 (ROCA): 65537^128 has the fingerprint, and 2049 bits.
    #[test]
    fn modulus_with_roca_fingerprint_is_weak() {
        let mut n = vec![1_u8];
        for _ in 0..128 {
            let mut carry = 0_u16;
            let mut next = n.clone();
            next.extend([0, 0]);
            for (at, byte) in next.iter_mut().rev().enumerate() {
                let below = n.iter().rev().nth(at).copied().unwrap_or(0);
                let sum = u16::from(*byte) + u16::from(below) + carry;
                *byte = sum.to_le_bytes()[0];
                carry = sum >> 8;
            }
            n = next;
        }
        assert_eq!(n.len(), 257);
        assert!(is_roca(&n));
        assert_eq!(check(&n, E), Err(KeyError::Weak));
        assert!(!is_roca(&modulus(2048)));
    }

    #[test]
    fn generated_key_is_read_from_der() {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let components = RsaComponents::from_der(pair.public_key().as_ref()).unwrap();
        assert_eq!((components.n.len(), components.e), (256, E));
        assert!(matches!(
            RsaComponents::from_der(b"\x30\x00"),
            Err(KeyError::Invalid)
        ));
    }
}
