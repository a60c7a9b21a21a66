//! A plain text body.

use garde::Validate;
use palisade::SecureInput;
use palisade::input::PlainText;
use serde::Deserialize;

use crate::outcome::{Outcome, assert_outcome, extract, post};

#[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
struct Note(#[garde(length(chars, min = 1, max = 5))] String);

/// Checks that valid UTF-8 of an allowed length is accepted unchanged.
pub fn text(bytes: &[u8]) {
    let expected = match String::from_utf8(bytes.to_vec()) {
        Err(_) => Outcome::Malformed,
        Ok(text) if (1..=5).contains(&text.chars().count()) => Outcome::Accepted(Note(text)),
        Ok(_) => Outcome::Invalid,
    };
    let extracted = extract::<PlainText<Note>, _>(post("text/plain", bytes));
    assert_outcome(extracted.map(|PlainText(note)| note), &expected);
}
