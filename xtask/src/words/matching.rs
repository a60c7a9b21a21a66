//! Finds avoided words in sentences and names.

use std::collections::HashMap;

use super::exceptions::Exception;
use super::sentence::{Kind, Sentence};
use super::spelling;
use super::vocabulary::{GRAMMAR, OPENER_INSTEAD, OPENERS, PRONOUNS, RULES, Rule};

/// An avoided word in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) path: String,
    pub(super) line: usize,
    /// The name or phrase that contains the word.
    pub(super) found: String,
    pub(super) instead: String,
}

/// Words `at..end` of a sentence, and their replacement.
struct Match {
    at: usize,
    end: usize,
    instead: String,
}

/// The vocabulary, the exceptions, and which of them matched.
pub(super) struct Matcher<'e> {
    phrases: Phrases,
    exceptions: &'e [Exception],
    used: Vec<bool>,
}

/// The avoided phrases with their rules, by their first word.
type Phrases = HashMap<&'static str, Vec<(&'static str, &'static Rule)>>;

impl<'e> Matcher<'e> {
    pub(super) fn new(exceptions: &'e [Exception]) -> Self {
        let mut phrases = Phrases::new();
        for rule in RULES {
            for phrase in rule.avoid {
                let first = phrase.split(' ').next().unwrap_or_default();
                phrases.entry(first).or_default().push((phrase, rule));
            }
        }
        Self {
            phrases,
            exceptions,
            used: vec![false; exceptions.len()],
        }
    }

    /// Returns the avoided words in a file, except those that an exception allows.
    pub(super) fn check(&mut self, path: &str, sentences: &[Sentence]) -> Vec<Finding> {
        let path_words = Sentence::of_name(path, 1).lowercase();
        let mut findings = Vec::new();
        for sentence in sentences {
            let words = sentence.lowercase();
            for found in self.matches(sentence.kind, &words, &path_words) {
                if self.is_allowed(path, &words, &found) {
                    continue;
                }
                let first = sentence.words.get(found.at);
                findings.push(Finding {
                    path: path.to_owned(),
                    line: first.map_or(1, |word| word.line),
                    found: quote(sentence, &words, &found),
                    instead: found.instead,
                });
            }
        }
        findings.sort();
        findings.dedup();
        findings
    }

    /// Returns the exceptions that matched nothing so far.
    pub(super) fn unused(&self) -> impl Iterator<Item = &'e Exception> {
        let exceptions = self.exceptions.iter().zip(&self.used);
        exceptions.filter_map(|(exception, used)| (!used).then_some(exception))
    }

    fn matches(&self, kind: Kind, words: &[String], path: &[String]) -> Vec<Match> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let next = self.match_at(kind, words, at, path);
            at = next.as_ref().map_or(at + 1, |found| found.end);
            found.extend(next);
        }
        found
    }

    /// Returns the longest match that starts at a word.
    fn match_at(&self, kind: Kind, words: &[String], at: usize, path: &[String]) -> Option<Match> {
        let word = words.get(at)?;
        let phrases = self.phrases.get(word.as_str()).into_iter().flatten();
        let matching = phrases.filter_map(|(phrase, rule)| {
            let end = phrase_end(words, at, phrase)?;
            let applies = rule.applies(kind, words, at, end, path);
            applies.then(|| Match {
                at,
                end,
                instead: rule.instead.to_owned(),
            })
        });
        matching
            .max_by_key(|found| found.end)
            .or_else(|| opener(kind, words).filter(|_| at == 0))
            .or_else(|| {
                let american = spelling::american(word)?;
                Some(Match {
                    at,
                    end: at + 1,
                    instead: format!("{american} (American spelling)"),
                })
            })
    }

    fn is_allowed(&mut self, path: &str, words: &[String], found: &Match) -> bool {
        let mut allowed = false;
        for (exception, used) in self.exceptions.iter().zip(&mut self.used) {
            let below = path.strip_prefix(exception.path);
            let is_below = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if is_below && contains_match(words, exception.phrase, found) {
                *used = true;
                allowed = true;
            }
        }
        allowed
    }
}

/// Whether a phrase is in the words and contains the matched ones.
fn contains_match(words: &[String], phrase: &str, found: &Match) -> bool {
    (0..=found.at).any(|start| {
        phrase_end(words, start, phrase).is_some_and(|end| start <= found.at && found.end <= end)
    })
}

/// Matches a statement, or a name, whose first word stands for its subject.
fn opener(kind: Kind, words: &[String]) -> Option<Match> {
    let first = words.first()?.as_str();
    let applies = match kind {
        Kind::Statement => words.len() > 1,
        Kind::Name => words.len() > 1 || PRONOUNS.contains(&first),
        Kind::Fragment | Kind::Question => false,
    };
    let is_grammar = words
        .get(1)
        .is_some_and(|second| GRAMMAR.contains(&second.as_str()));
    (applies && !is_grammar && OPENERS.contains(&first)).then(|| Match {
        at: 0,
        end: 1,
        instead: OPENER_INSTEAD.to_owned(),
    })
}

/// Returns the end of a phrase that starts at a word.
fn phrase_end(words: &[String], at: usize, phrase: &str) -> Option<usize> {
    let mut end = at;
    for expected in phrase.split(' ') {
        if words.get(end)? != expected {
            return None;
        }
        end += 1;
    }
    Some(end)
}

/// Returns the whole name, or the matched words and the next three.
fn quote(sentence: &Sentence, words: &[String], found: &Match) -> String {
    if sentence.kind == Kind::Name {
        return words.join("_");
    }
    let shown = sentence.words.iter().skip(found.at);
    let shown = shown.take(found.end - found.at + 3);
    let shown: Vec<&str> = shown
        .map(|word| match word.text.as_str() {
            "" => "…",
            text => text,
        })
        .collect();
    shown.join(" ")
}
