//! The lines of a lock file, in blocks by their indentation.

use std::collections::BTreeSet;

use crate::lock::parse_error::{LockParseError, LockParseErrorKind};
use crate::lock::word::split_word;

/// A line without its indentation, and its number.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) text: &'a str,
}

/// The lines of a block: the first one, and the indented ones after it.
pub(super) struct Block<'a> {
    pub(super) title: Line<'a>,
    pub(super) facts: Vec<Fact<'a>>,
}

/// A line of a block, with the lines that are indented further.
pub(super) struct Fact<'a> {
    pub(super) line: Line<'a>,
    pub(super) details: Vec<Line<'a>>,
}

impl<'a> Line<'a> {
    pub(super) fn error(self, kind: LockParseErrorKind) -> LockParseError {
        LockParseError {
            line: self.number,
            kind,
        }
    }

    pub(super) fn malformed(self, name: &'static str) -> LockParseError {
        self.error(LockParseErrorKind::Malformed(name))
    }

    /// Splits the first word from the rest.
    pub(super) fn split(self) -> (&'a str, &'a str) {
        self.text.split_once(' ').unwrap_or((self.text, ""))
    }

    /// Parses a text that is one word.
    pub(super) fn word(self, text: &str, name: &'static str) -> Result<String, LockParseError> {
        match split_word(text) {
            Some((word, _, "")) => Ok(word),
            _ => Err(self.malformed(name)),
        }
    }

    pub(super) fn number(
        self,
        text: &str,
        unit: &str,
        name: &'static str,
    ) -> Result<u64, LockParseError> {
        let digits = text.strip_suffix(unit);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| self.malformed(name))
    }
}

impl<'a> Fact<'a> {
    pub(super) fn without_details(&self) -> Result<Line<'a>, LockParseError> {
        match self.details.first() {
            Some(detail) => Err(detail.error(LockParseErrorKind::Unexpected)),
            None => Ok(self.line),
        }
    }
}

/// Splits a file into blocks by indentation; comments and empty lines have no meaning.
pub(super) fn blocks(text: &str) -> Result<Vec<Block<'_>>, LockParseError> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (index, raw) in text.lines().enumerate() {
        let text = raw.trim_start_matches(' ');
        let line = Line {
            number: index + 1,
            text,
        };
        let markers = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];
        if markers.iter().any(|marker| raw.starts_with(marker)) {
            return Err(line.error(LockParseErrorKind::Conflict));
        }
        if raw.is_empty() || raw.starts_with('#') {
            continue;
        }
        let unexpected = || line.error(LockParseErrorKind::Unexpected);
        match raw.len() - text.len() {
            _ if text.starts_with(char::is_whitespace) => return Err(unexpected()),
            0 => blocks.push(Block {
                title: line,
                facts: Vec::new(),
            }),
            2 => {
                let block = blocks.last_mut().ok_or_else(unexpected)?;
                block.facts.push(Fact {
                    line,
                    details: Vec::new(),
                });
            }
            4 => {
                let block = blocks.last_mut().ok_or_else(unexpected)?;
                let fact = block.facts.last_mut().ok_or_else(unexpected)?;
                fact.details.push(line);
            }
            _ => return Err(unexpected()),
        }
    }
    Ok(blocks)
}

pub(super) fn set<T>(slot: &mut Option<T>, value: T, line: Line<'_>) -> Result<(), LockParseError> {
    match slot.replace(value) {
        Some(_) => Err(line.error(LockParseErrorKind::Duplicate)),
        None => Ok(()),
    }
}

pub(super) fn insert<T: Ord>(
    items: &mut BTreeSet<T>,
    item: T,
    line: Line<'_>,
) -> Result<(), LockParseError> {
    if items.insert(item) {
        Ok(())
    } else {
        Err(line.error(LockParseErrorKind::Duplicate))
    }
}
