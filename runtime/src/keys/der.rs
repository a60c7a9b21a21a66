//! A minimal DER reader: tag, length, content (X.690 §8.1).

pub(crate) const INTEGER: u8 = 0x02;
#[cfg(feature = "tls")]
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
/// The tag of a certificate's version.
pub(crate) const CONTEXT_0: u8 = 0xA0;

/// Splits the first element, which must have `tag`, into its content and the rest of the input.
pub(crate) fn read_element(tag: u8, input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = input.split_first()?;
    if *found != tag {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7F => (usize::from(*first), rest),
        0x81 => {
            let (byte, rest) = rest.split_first()?;
            (usize::from(*byte), rest)
        }
        0x82 => {
            let (bytes, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*bytes)), rest)
        }
        // a list of revoked certificates can be long
        0x83 => {
            let ([high, middle, low], rest) = rest.split_first_chunk::<3>()?;
            let length = u32::from_be_bytes([0, *high, *middle, *low]);
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn element_is_split_from_the_rest() {
        assert_eq!(
            read_element(INTEGER, &[2, 1, 9, 7]),
            Some((&[9_u8][..], &[7_u8][..]))
        );
        let mut long = vec![SEQUENCE, 0x82, 1, 0];
        long.extend([5; 256]);
        assert_eq!(read_element(SEQUENCE, &long).unwrap().0, [5; 256]);
        assert_eq!(read_element(SEQUENCE, &[0x30, 0x81, 1, 4]).unwrap().0, [4]);
        let mut longer = vec![SEQUENCE, 0x83, 1, 0, 2];
        longer.resize(longer.len() + 65_538, 5);
        assert_eq!(read_element(SEQUENCE, &longer).unwrap().0.len(), 65_538);
    }

    #[test]
    fn wrong_tag_or_length_returns_none() {
        for bad in [
            &[][..],
            &[2],
            &[3, 1, 9],
            &[2, 2, 9],
            &[2, 0x80, 9],
            &[2, 0x84, 0, 0, 0, 1, 9],
        ] {
            assert_eq!(read_element(INTEGER, bad), None, "{bad:?}");
        }
    }
}
