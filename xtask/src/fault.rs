//! One broken rule: where, what is wrong, and what to do about it.

use std::fmt;

/// A broken rule, at a line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) wrong: String,
    pub(crate) help: &'static str,
}

impl Fault {
    pub(crate) fn new(file: &str, line: usize, wrong: String, help: &'static str) -> Self {
        Self {
            file: file.to_owned(),
            line,
            wrong,
            help,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            wrong,
            help,
        } = self;
        write!(f, "{file}:{line}: {wrong}\n    help: {help}")
    }
}
