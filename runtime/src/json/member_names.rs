//! The names of an object's members.

use std::borrow::Cow;

use serde::de;

use crate::json::number::is_reserved;
use crate::text::quoted;

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
        let repeated = if self.seen.len() <= MAX_PAIRWISE {
            let earlier = |at: usize| self.seen.iter().take(at);
            let mut names = self.seen.iter().enumerate();
            names.find(|(at, name)| earlier(*at).any(|other| other == *name))
        } else {
            self.seen.sort_unstable();
            let mut pairs = self.seen.array_windows().enumerate();
            pairs
                .find(|(_, [one, next])| one == next)
                .map(|(at, [name, _])| (at, name))
        };
        match repeated {
            Some((_, name)) => Err(duplicate(name)),
            None => Ok(()),
        }
    }
}

/// Returns the error of a duplicate member, which names it.
pub(super) fn duplicate<E: de::Error>(name: &str) -> E {
    E::custom(format_args!("duplicate member {}", quoted(name)))
}
