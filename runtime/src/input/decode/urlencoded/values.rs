//! The values of the parameters with one name.

use std::borrow::Cow;
use std::cell::Cell;

use crate::input::decode::error::{DecodeError, ErrorKind, Expected};
use crate::input::decode::form_values::Values;
use crate::input::decode::urlencoded::pairs::{Pairs, malformed, unescape};
use crate::input::shape::Field;

/// The values under a name, escaped.
pub(super) struct ParameterValues<'v, 'a> {
    /// The first value; `None` for a list without a parameter.
    pub(super) first: Option<&'a [u8]>,
    /// Whether they are from a form, which HTML may have written.
    pub(super) is_html: bool,
    /// The values after the first, if the name may be repeated.
    pub(super) repetition: Option<&'v Repetition<'v, 'a>>,
}

/// The parameters after the first one with a name that may be repeated.
pub(super) struct Repetition<'v, 'a> {
    name: &'v str,
    rest: Pairs<'a>,
    /// The largest number of values.
    max: usize,
    is_read: Cell<bool>,
    is_exceeded: Cell<bool>,
}

impl<'v, 'a> Repetition<'v, 'a> {
    pub(super) fn new(rest: Pairs<'a>, name: &'v str, member: Option<&'static Field>) -> Self {
        Self {
            name,
            rest,
            max: member.and_then(Field::max_items).unwrap_or(usize::MAX),
            is_read: Cell::new(false),
            is_exceeded: Cell::new(false),
        }
    }

    /// Returns whether the type has read the values as a list.
    pub(super) fn is_read(&self) -> bool {
        self.is_read.get()
    }

    /// Returns the largest number of values, if there are more.
    pub(super) fn exceeded(&self) -> Option<usize> {
        self.is_exceeded.get().then_some(self.max)
    }

    /// Returns the next value under the name.
    fn next(&self, rest: &mut Pairs<'a>) -> Option<Result<&'a [u8], DecodeError>> {
        rest.find_map(|pair| {
            let found = pair.and_then(|(name, value)| {
                let is_same = name == self.name.as_bytes() || *unescape(name)? == *self.name;
                Ok(is_same.then_some(value))
            });
            found.map_err(malformed).transpose()
        })
    }
}

impl<'v, 'a> Values for ParameterValues<'v, 'a> {
    type Items = Items<'v, 'a>;

    fn text(&self) -> Result<Cow<'_, str>, DecodeError> {
        match self.first {
            Some(value) => unescape(value).map_err(malformed),
            None => Err(not_a_list()),
        }
    }

    fn is_html(&self) -> bool {
        self.is_html
    }

    fn is_blank(&self) -> bool {
        match self.first {
            None => true,
            Some(first) => {
                let has_more = || {
                    let repetition = self.repetition?;
                    repetition.next(&mut repetition.rest.clone())
                };
                self.is_html && first.is_empty() && has_more().is_none()
            }
        }
    }

    fn items(self) -> Result<Items<'v, 'a>, DecodeError> {
        let repetition = self.repetition.ok_or_else(not_a_list)?;
        repetition.is_read.set(true);
        Ok(Items {
            first: self.first,
            is_html: self.is_html,
            rest: repetition.rest.clone(),
            repetition,
            count: 0,
        })
    }
}

fn not_a_list() -> DecodeError {
    DecodeError::new(ErrorKind::Type).expected(Expected::SingleValue)
}

/// The items of a list, up to its largest count.
pub(super) struct Items<'v, 'a> {
    first: Option<&'a [u8]>,
    is_html: bool,
    rest: Pairs<'a>,
    repetition: &'v Repetition<'v, 'a>,
    count: usize,
}

impl<'v, 'a> Iterator for Items<'v, 'a> {
    type Item = Result<ParameterValues<'v, 'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.first.take().map(Ok);
        let value = first.or_else(|| self.repetition.next(&mut self.rest))?;
        if self.count == self.repetition.max {
            self.repetition.is_exceeded.set(true);
            return None;
        }
        self.count += 1;
        Some(value.map(|value| ParameterValues {
            first: Some(value),
            is_html: self.is_html,
            repetition: None,
        }))
    }
}
