//! Mutated texts: what is accepted means to `serde_json` the same.

use super::decode;
use super::tests::Order;

/// Deterministic noise (xorshift); a failing text is printed and stays the same.
fn noise(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    usize::try_from(*seed >> 40).unwrap()
}

#[test]
fn what_is_accepted_means_to_serde_json_the_same() {
    let model = br#"{"sku":"a\u00e9","quantity":12,"unitPrice":1.5e3,"lines":[{"price":7}],
        "labels":{"x":1,"y":2},"status":{"sent":{"on":3}},"pair":[1,true],"from":"::1"}"#;
    let letters = b"{}[]\",:\\u0ed8 -+.eE19xytrunal\xff\xc3";
    let (mut seed, mut accepted) = (0x9E37_79B9_7F4A_7C15_u64, 0);
    for _ in 0..20_000 {
        let mut text = model.to_vec();
        for _ in 0..=noise(&mut seed) % 3 {
            let at = noise(&mut seed) % text.len();
            let letter = letters[noise(&mut seed) % letters.len()];
            match noise(&mut seed) % 4 {
                0 => text[at] = letter,
                1 => text.insert(at, letter),
                2 => drop(text.remove(at)),
                _ => text.extend_from_within(at..),
            }
        }
        if let Ok(order) = decode::<Order>(&text) {
            accepted += 1;
            let same = serde_json::from_slice::<Order>(&text).ok();
            assert_eq!(Some(order), same, "{}", String::from_utf8_lossy(&text));
        }
    }
    assert!(accepted > 300, "{accepted} of 20000 were accepted");
}
