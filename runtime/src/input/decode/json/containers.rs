//! Arrays and objects between `serde_json` and a type: their names, counts and locations of errors.

use std::borrow::Cow;

use serde::de::{MapAccess, SeqAccess};

use crate::input::decode::error::{DecodeError, ErrorKind, Segment};
use crate::input::decode::json::decode_state::{DecodeState, Requested};
use crate::input::decode::json::guide::{Children, Limit};
use crate::input::decode::json::ignored::Ignored;
use crate::json::{StringSeed, is_reserved};

/// Returns the error that belongs to an error of the underlying decoder.
pub(super) fn take_error<E>(
    source: &mut Option<E>,
    state: &DecodeState<'_>,
    error: E,
) -> DecodeError {
    *source = Some(error);
    state.take_error()
}

/// The items of an array.
pub(super) struct StrictItems<'s, A, E> {
    pub(super) inner: &'s mut A,
    pub(super) children: Children,
    pub(super) index: usize,
    pub(super) source: &'s mut Option<E>,
    pub(super) state: &'s DecodeState<'s>,
}

impl<'de, A: SeqAccess<'de>> StrictItems<'_, A, A::Error> {
    /// Counts the next item, whose size is `size`; returns `false` if the type gets no more.
    #[inline]
    pub(super) fn begin_item(&mut self, size: usize) -> Result<bool, DecodeError> {
        match self.children.limit {
            Limit::Count(max) if self.index >= max => return self.discard_rest().map(|()| false),
            Limit::Form(count) if self.index >= count => return self.end().map(|()| false),
            _ => {}
        }
        if self.children.are_tagged() {
            self.state.count_tagged()?;
        }
        self.state.count_item(size).map(|()| true)
    }

    #[inline]
    pub(super) fn end_item(&mut self) -> Result<(), DecodeError> {
        self.index += 1;
        match self.children.limit {
            Limit::Scalar => self.state.count_in_scalar(),
            _ => Ok(()),
        }
    }

    /// Reads the items that the type does not allow, and discards them.
    #[cold]
    fn discard_rest(&mut self) -> Result<(), DecodeError> {
        self.state.begin_value(Requested::Other);
        loop {
            match self.inner.next_element_seed(Ignored(self.state)) {
                Ok(Some(())) => self.state.truncate(),
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.located(error)),
            }
            self.index += 1;
        }
    }

    /// Requires that the list ends.
    #[cold]
    fn end(&mut self) -> Result<(), DecodeError> {
        self.state.begin_value(Requested::Other);
        match self.inner.next_element_seed(Ignored(self.state)) {
            Ok(None) => Ok(()),
            Ok(Some(())) => Err(DecodeError::new(ErrorKind::Length)),
            Err(error) => Err(self.located(error)),
        }
    }

    #[cold]
    pub(super) fn located(&mut self, error: A::Error) -> DecodeError {
        *self.source = Some(error);
        let (error, index) = match self.state.partial_number_error() {
            Some(error) => (error, self.index.saturating_sub(1)),
            None => (self.state.take_error(), self.index),
        };
        error.within(Segment::Index(index))
    }
}

/// The members of an object; `serde_json` has decoded the escapes of their names.
pub(super) struct StrictMembers<'s, 'de, A, E> {
    pub(super) inner: A,
    pub(super) requested: Requested,
    pub(super) children: Children,
    pub(super) count: usize,
    pub(super) is_at_start: bool,
    /// The name of the first member, which is read before the others.
    pub(super) first: Option<Cow<'de, str>>,
    pub(super) name: Cow<'de, str>,
    /// The start of the names of this object among those of all open objects.
    pub(super) start: usize,
    pub(super) source: &'s mut Option<E>,
    pub(super) state: &'s DecodeState<'s>,
}

impl<'de, A: MapAccess<'de>> StrictMembers<'_, 'de, A, A::Error> {
    /// Returns the names that the type declares.
    fn declared(&self) -> &'static [&'static str] {
        match self.requested {
            Requested::Struct(fields) => fields,
            _ => &[],
        }
    }

    /// Reads and counts the next name; returns `false` if the type gets no more.
    #[inline]
    pub(super) fn begin_member(&mut self) -> Result<bool, DecodeError> {
        if let Limit::Count(max) = self.children.limit
            && self.count >= max
        {
            return self.discard_rest().map(|()| false);
        }
        if !self.read_name()? {
            return Ok(false);
        }
        self.count += 1;
        match self.children.limit {
            Limit::Scalar => self.state.count_in_scalar()?,
            Limit::Unlimited if self.children.are_tagged() => self.state.count_tagged()?,
            _ => {}
        }
        Ok(true)
    }

    /// Rejects a name that the type has accepted, but does not declare.
    #[inline]
    pub(super) fn require_declared(&self) -> Result<(), DecodeError> {
        match self.children.limit {
            Limit::Form(count) if self.count > count => Err(DecodeError::new(ErrorKind::Unknown)),
            _ => Ok(()),
        }
    }

    /// Reads a name, and rejects a reserved one or a duplicate.
    ///
    /// A struct's own visitor rejects a duplicate of its fields.
    #[inline]
    fn read_name(&mut self) -> Result<bool, DecodeError> {
        let is_struct = matches!(self.requested, Requested::Struct(_));
        let duplicate = |_| DecodeError::new(ErrorKind::DuplicateUndeclared);
        let next = if std::mem::take(&mut self.is_at_start) {
            Ok(self.first.take())
        } else {
            self.inner.next_key_seed(StringSeed)
        };
        match next {
            Ok(Some(name)) if is_reserved(&name) => {
                return Err(DecodeError::new(ErrorKind::Syntax));
            }
            Ok(Some(name)) => self.name = name,
            Ok(None) if is_struct => return Ok(false),
            Ok(None) => {
                let unique = self.state.names.check(self.start);
                return unique.map(|()| false).map_err(duplicate);
            }
            Err(error) => {
                let partial_number = self.state.partial_number_error();
                let error = take_error(self.source, self.state, error);
                return Err(match partial_number {
                    Some(previous) => previous.within_member(self.declared(), &self.name),
                    None => error,
                });
            }
        }
        if !is_struct {
            let added = self.state.names.add(self.start, &self.name);
            added.map_err(duplicate)?;
        }
        Ok(true)
    }

    #[cold]
    pub(super) fn located(&mut self, error: A::Error) -> DecodeError {
        let error = take_error(self.source, self.state, error);
        error.within_member(self.declared(), &self.name)
    }

    /// Reads the members that the type does not allow, and discards them.
    #[cold]
    fn discard_rest(&mut self) -> Result<(), DecodeError> {
        while self.read_name()? {
            self.state.begin_value(Requested::Other);
            self.state.truncate();
            let ignored = self.inner.next_value_seed(Ignored(self.state));
            ignored.map_err(|error| self.located(error))?;
        }
        Ok(())
    }
}
