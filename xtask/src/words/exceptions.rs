//! Uses of avoided words that are right, each with its reason.
//!
//! An exception that matches nothing is an error: remove it.

/// A phrase that is allowed below a path.
pub(super) struct Exception {
    /// Words in lower case that contain the avoided ones.
    pub(super) phrase: &'static str,
    /// A file or folder, from the workspace's root.
    pub(super) path: &'static str,
    pub(super) reason: &'static str,
}

/// Files that contain the avoided words because they define or test them.
pub(super) const DEFINITIONS: [&str; 4] = [
    "xtask/src/words/exceptions.rs",
    "xtask/src/words/spelling.rs",
    "xtask/src/words/tests.rs",
    "xtask/src/words/vocabulary.rs",
];

pub(super) const EXCEPTIONS: &[Exception] = &[Exception {
    phrase: "remember",
    path: "examples/src/bin/orders.rs",
    reason: "the former name of the option `--cache-for`, which still works",
}];
