//! A broken rule: its position, the problem, and the edit that fixes it.

use std::fmt;

/// A broken rule at a line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// The path from the workspace's root.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) problem: String,
    /// Further lines that explain the problem, such as the imports of a cycle.
    pub(crate) notes: Vec<String>,
    pub(crate) help: String,
}

impl Violation {
    /// Creates a violation without notes.
    pub(crate) fn new(
        file: &str,
        line: usize,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            file: file.to_owned(),
            line,
            problem: problem.into(),
            notes: Vec::new(),
            help: help.into(),
        }
    }

    /// Adds lines that are printed between the problem and the help.
    pub(crate) fn with_notes(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.problem)?;
        for note in &self.notes {
            write!(f, "\n    {note}")?;
        }
        write!(f, "\n    help: {}", self.help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violation_display_prints_position_problem_notes_and_help() {
        let violation = Violation::new("a.rs", 3, "too long", "split it")
            .with_notes(vec!["first".to_owned(), "second".to_owned()]);
        assert_eq!(
            violation.to_string(),
            "a.rs:3: too long\n    first\n    second\n    help: split it"
        );
    }
}
