//! A sentence or a name, split into words with their lines.

/// A word as written, and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) line: usize,
}

/// The kind of text that words come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier, a file name, or an identifier in a code span.
    Name,
    /// A heading, a table cell, or a line of output: not a sentence with a subject.
    Fragment,
    /// A statement.
    Statement,
    /// A sentence that ends with a question mark.
    Question,
}

/// The words that are matched as a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) kind: Kind,
    /// An empty word stands for a code span or a name.
    pub(super) words: Vec<Word>,
}

impl Sentence {
    /// Splits a name on `_` and other separators, and between a lower and an upper case letter.
    pub(super) fn of_name(name: &str, line: usize) -> Self {
        let mut words: Vec<Word> = Vec::new();
        for part in name.split(|letter: char| !letter.is_alphanumeric()) {
            for text in split_camel_case(part) {
                words.push(Word { text, line });
            }
        }
        Self {
            kind: Kind::Name,
            words,
        }
    }

    /// Returns the words in lower case.
    pub(super) fn lowercase(&self) -> Vec<String> {
        self.words
            .iter()
            .map(|word| word.text.to_lowercase())
            .collect()
    }
}

/// Whether a word in prose is a name: `token_cache`, `TokenCache`.
pub(super) fn is_name(word: &str) -> bool {
    word.contains('_') || split_camel_case(word).len() > 1
}

fn split_camel_case(word: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_lower = false;
    for letter in word.chars() {
        if words.is_empty() || (after_lower && letter.is_uppercase()) {
            words.push(String::new());
        }
        after_lower = letter.is_lowercase() || letter.is_numeric();
        if let Some(last) = words.last_mut() {
            last.push(letter);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str) -> Vec<String> {
        Sentence::of_name(name, 1).lowercase()
    }

    #[test]
    fn name_is_split_at_underscores_and_case() {
        assert_eq!(words("token_cache_size"), ["token", "cache", "size"]);
        assert_eq!(words("TokenCache"), ["token", "cache"]);
        assert_eq!(words("MAX_TOKEN_LENGTH"), ["max", "token", "length"]);
        assert_eq!(words("palisade_rejected_inputs_total").len(), 4);
        assert_eq!(words("../token/single_flight.rs").len(), 4);
        assert_eq!(words("default"), ["default"]);
        assert!(words("_").is_empty());
    }

    #[test]
    fn acronym_is_one_word() {
        assert_eq!(words("JWT"), ["jwt"]);
        assert!(!is_name("JWT"));
        assert!(is_name("JwtError"));
        assert!(!is_name("Token"));
    }
}
