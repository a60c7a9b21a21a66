//! The differences that a comparison has found, each with its subject.

use std::collections::BTreeSet;

use crate::lock::verdict::{Change, Verdict};
use crate::lock::word::word;

/// The differences so far, and the subject of the next ones.
#[derive(Default)]
pub(super) struct Changes {
    subject: String,
    changes: Vec<Change>,
}

impl Changes {
    pub(super) fn into_list(self) -> Vec<Change> {
        self.changes
    }

    /// Sets what the following changes are about.
    pub(super) fn set_subject(&mut self, subject: impl Into<String>) {
        self.subject = subject.into();
    }

    pub(super) fn push(&mut self, verdict: Verdict, detail: impl Into<String>) {
        self.changes.push(Change {
            verdict,
            subject: self.subject.clone(),
            detail: detail.into(),
        });
    }

    /// Compares sets of names, of which more are weaker.
    pub(super) fn names(
        &mut self,
        old: &BTreeSet<String>,
        new: &BTreeSet<String>,
        subject: impl Fn(&str) -> String,
        verb: &str,
    ) {
        for name in new.difference(old) {
            let subject = subject(&word(name, &[]));
            self.push(Verdict::Weaker, format!("{subject} now {verb}"));
        }
        for name in old.difference(new) {
            let subject = subject(&word(name, &[]));
            self.push(Verdict::Stronger, format!("{subject} no longer {verb}"));
        }
    }

    /// Compares sorted lists of exceptions, in which duplicates count.
    pub(super) fn list(
        &mut self,
        old: &[String],
        new: &[String],
        describe: impl Fn(&String) -> String,
    ) {
        let mut removed = old.to_vec();
        for item in new {
            if let Some(at) = removed.iter().position(|other| other == item) {
                removed.swap_remove(at);
            } else {
                let description = describe(item);
                self.push(Verdict::Weaker, format!("{description} is new"));
            }
        }
        removed.sort();
        for item in &removed {
            let description = describe(item);
            self.push(Verdict::Stronger, format!("{description} is gone"));
        }
    }
}
