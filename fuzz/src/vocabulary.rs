//! The words that a violation may contain, so that none is copied from the input.

use palisade::input::Violation;

/// The member names that the types of this crate declare.
const NAMES: &str = "sku quantity unitPrice lines price labels counts status draft sent on pair held payment \
    card cash kind number delivery post pickup method line letter big debt total note owner next page perPage share \
    name state open closed flag id from title count tags photo photos";

/// The words of Palisade's details and rule names, and the numbers in the rules of this crate's types.
///
/// A new or changed message needs its words here.
const WORDS: &str = "JSON UTF a an and are array ascii at be beginning can cannot character characters decoded \
    deeply depth digit digits does early encoding ending ends enum escape expected false finite form format given \
    has have here in is it items known lacks least length letter letters malformed many may member missing more \
    most must nested not null number object of one only or out parameter parameters percent range required \
    same single stand string syntax than that the there this to too true twice type unique unknown value values \
    which whole with wrong ASCII 0 1 2 3 4 5 8 9 16 100 255 256 1000 goes after its last boundary begin behind before \
    something part parts head well formed Content Disposition labelled encoded large file name bytes control \
    blanks around image png text plain as without another whose no all";

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
