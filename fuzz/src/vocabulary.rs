//! Every word that an answer may have: nothing of an input is in it.

use palisade::input::Violation;

/// The names that the types of this crate declare.
const NAMES: &str = "sku quantity unitPrice lines price labels counts status draft sent on pair held payment \
    card cash kind number delivery post pickup how what letter big debt total note owner next page perPage share \
    name state open closed flag id from title count tags photo photos";

/// The words of Palisade's details and of the rules' names, and the numbers that rules have.
const WORDS: &str = "JSON UTF a an and are array ascii at be beginning can cannot character characters decoded \
    deeply depth digit digits does early encoding ending ends enum escape expected false finite form format given \
    has have here in is it items known lacks least length letter letters malformed many may member missing more \
    most must nested not null number object of one only or out parameter parameters percent range required \
    same single stand string syntax than that the there this to too true twice type unique unknown value values \
    which whole with wrong ASCII 0 1 2 3 4 5 8 9 16 100 255 256 1000 goes after its last boundary begin behind before \
    something part parts head well formed Content Disposition labelled encoded large file name bytes control \
    blanks around image png text plain as without another whose no all";

/// Panics where a violation has a word that is not ours.
pub(crate) fn check(violation: &Violation) {
    let steps = violation.pointer().split('/');
    for step in steps.filter(|step| !step.is_empty()) {
        let is_index = step.bytes().all(|byte| byte.is_ascii_digit());
        assert!(is_index || is_in(NAMES, step), "{violation:?}");
    }
    let told = format!("{} {}", violation.rule(), violation.detail());
    let words = told.split(|letter: char| !letter.is_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        let is_ours = is_in(WORDS, word) || is_in(NAMES, word);
        assert!(is_ours, "`{word}` of {violation:?}");
    }
}

fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}
