//! The names of an object's members.

use std::borrow::Cow;

use serde::de;

use crate::json::number::is_reserved;

/// The maximum number of members that are compared pairwise, which is faster than sorting a few.
const MAX_PAIRWISE: usize = 16;

/// The member names of one object, checked at its end.
#[derive(Default)]
pub(crate) struct MemberNames<'de> {
    seen: Vec<Cow<'de, str>>,
}

impl<'de> MemberNames<'de> {
    pub(crate) fn add(&mut self, name: Cow<'de, str>) {
        if self.seen.capacity() == 0 {
            self.seen.reserve(MAX_PAIRWISE);
        }
        self.seen.push(name);
    }

    /// Returns an error if a name occurs twice or is [reserved](is_reserved).
    ///
    /// Up to 16 names are compared pairwise. More are sorted, because the sender chooses their
    /// number, and comparing them pairwise would take quadratic time.
    pub(crate) fn check<E: de::Error>(mut self) -> Result<(), E> {
        if self.seen.iter().any(|name| is_reserved(name)) {
            return Err(E::custom("reserved member name"));
        }
        let has_duplicate = if self.seen.len() <= MAX_PAIRWISE {
            let earlier = |at: usize| self.seen.iter().take(at);
            let mut names = self.seen.iter().enumerate();
            names.any(|(at, name)| earlier(at).any(|other| other == name))
        } else {
            self.seen.sort_unstable();
            self.seen.array_windows().any(|[one, next]| one == next)
        };
        if has_duplicate {
            return Err(E::custom("duplicate member"));
        }
        Ok(())
    }
}
