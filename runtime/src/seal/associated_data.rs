//! The encoding of associated data: what a sealed value is bound to, and is not stored in it.

use crate::seal::key::KeyId;

/// Encodes associated data so that different lists of parts have different encodings.
///
/// The format version and the key's identifier come first, then the number of parts, then each part after its
/// length. Numbers are 64-bit, big-endian.
pub(super) fn encode(version: u8, key: KeyId, parts: &[&[u8]]) -> Vec<u8> {
    let size = parts.iter().map(|part| part.len() + 8).sum::<usize>();
    let mut encoded = Vec::with_capacity(1 + KeyId::LEN + 8 + size);
    encoded.push(version);
    encoded.extend_from_slice(&key.to_bytes());
    push_len(&mut encoded, parts.len());
    for part in parts {
        push_len(&mut encoded, part.len());
        encoded.extend_from_slice(part);
    }
    encoded
}

fn push_len(encoded: &mut Vec<u8>, len: usize) {
    encoded.extend_from_slice(&(len as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::SealingKey;

    #[test]
    fn associated_data_of_different_parts_differs() {
        let id = SealingKey::generate().unwrap().id();
        let lists: [&[&[u8]]; 9] = [
            &[],
            &[b""],
            &[b"", b""],
            &[b"ab"],
            &[b"a", b"b"],
            &[b"ab", b""],
            &[b"", b"ab"],
            &[b"\0\0\0\0\0\0\0\x01a"],
            &[b"a", b"\0\0\0\0\0\0\0\x01"],
        ];
        for (at, list) in lists.iter().enumerate() {
            for (other_at, other) in lists.iter().enumerate() {
                let same = encode(1, id, list) == encode(1, id, other);
                assert_eq!(same, at == other_at, "{list:?} {other:?}");
            }
        }
    }

    #[test]
    fn associated_data_contains_version_and_key() {
        let id = SealingKey::generate().unwrap().id();
        let other = SealingKey::generate().unwrap().id();
        assert_ne!(encode(1, id, &[b"a"]), encode(2, id, &[b"a"]));
        assert_ne!(encode(1, id, &[b"a"]), encode(1, other, &[b"a"]));
    }
}
