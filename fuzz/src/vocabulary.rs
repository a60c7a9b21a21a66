//! The words that a violation may contain, which shows that it never echoes input.

use palisade::input::Violation;

/// The member names that the types of this crate declare.
const NAMES: &str = "sku quantity unitPrice lines price labels counts status draft sent on pair held payment \
    card cash kind number delivery post pickup method line letter big debt total note owner next page perPage share \
    name state open closed flag id from title count tags photo photos";

/// The words of Palisade's messages and rule names, and the numbers in the rules of this crate's types.
///
/// A new or changed message needs its words here.
const WORDS: &str = "JSON UTF ASCII Content Disposition a accepted after allowed an and appear are array as ascii at be before \
    between boundary break bytes character characters contain contains content control data deeply depth digit \
    digits does duplicate encoding end ending ends enum expected false field file final finite form format has \
    have header image in integer is it items large leading least length letter letters line malformed media \
    member missing most must name nested none not null number object of once one only or out parameter \
    parameters part parts percent plain png range required same single start starting string syntax text that \
    the to too trailing true type unexpectedly unique unknown valid value values which whitespace whose with \
    without wrong 0 1 2 3 4 5 8 9 16 100 255 256 1000";

/// Panics if a violation contains an unknown word.
pub(crate) fn check(violation: &Violation) {
    let steps = violation.pointer().split('/');
    for step in steps.filter(|step| !step.is_empty()) {
        let is_index = step.bytes().all(|byte| byte.is_ascii_digit());
        assert!(is_index || is_in(NAMES, step), "{violation:?}");
    }
    let text = format!("{} {}", violation.rule(), violation.detail());
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        let is_known = is_in(WORDS, word) || is_in(NAMES, word);
        assert!(is_known, "`{word}` of {violation:?}");
    }
}

fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}
