//! The properties of sealed values, for fuzz targets.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a fuzz target panics if a property does not hold"
)]

use std::sync::LazyLock;

use crate::seal::{Purpose, Sealer, SealingKey, SealingKeys, sealed_text_len};

static SEALER: LazyLock<Sealer> = LazyLock::new(|| {
    let bytes: [u8; SealingKey::LEN] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let key = SealingKey::from_bytes(bytes).unwrap();
    SealingKeys::new(key)
        .sealer(Purpose::new("fuzzing"))
        .unwrap()
});

/// Checks that no text opens that was not sealed, and that sealing survives a round trip only unchanged.
pub fn sealed_text(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        assert!(SEALER.open_text(text, 8192, &[]).is_err());
    }
    assert!(SEALER.open(bytes, &[]).is_err());
    let (context, plaintext) = bytes.split_at(bytes.len() / 2);
    let Ok(text) = SEALER.seal_text(plaintext, &[context]) else {
        return;
    };
    assert_eq!(text.len(), sealed_text_len(plaintext.len()));
    let opened = SEALER.open_text(&text, text.len(), &[context]);
    assert_eq!(*opened.expect("the text was sealed before"), plaintext);
    assert!(
        SEALER
            .open_text(&text, text.len(), &[context, b""])
            .is_err()
    );
    let mut changed = SEALER.seal(plaintext, &[context]).unwrap();
    let at = bytes.first().map_or(0, |byte| usize::from(*byte)) % changed.len();
    if let Some(byte) = changed.get_mut(at) {
        *byte ^= 1;
    }
    assert!(SEALER.open(&changed, &[context]).is_err());
}
