//! A body that is one text.

use garde::Validate;
use palisade::SecureInput;
use palisade::input::PlainText;
use serde::Deserialize;

use crate::verdict::{Verdict, extract, posted, same};

#[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
struct Note(#[garde(length(chars, min = 1, max = 5))] String);

/// Text is what is UTF-8, and is left as it is.
pub fn text(bytes: &[u8]) {
    let expected = match String::from_utf8(bytes.to_vec()) {
        Err(_) => Verdict::Undecodable,
        Ok(text) if (1..=5).contains(&text.chars().count()) => Verdict::Accepted(Note(text)),
        Ok(_) => Verdict::Invalid,
    };
    let extracted = extract::<PlainText<Note>, _>(posted("text/plain", bytes));
    same(extracted.map(|PlainText(note)| note), &expected);
}
