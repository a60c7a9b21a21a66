//! The state that all levels of one decoding share.

use std::cell::Cell;

use serde::de::{Error, MapAccess};

use crate::input::contract::InputError;
use crate::input::decode::error::{DecodeError, ErrorKind, Expected};
use crate::input::decode::foreign;
use crate::input::decode::json::guide::{Children, Guide, MAX_IN_SCALAR};
use crate::input::decode::json::names::MemberNames;
use crate::input::shape::Shape;
use crate::json::MapStart;

/// The maximum depth of nested arrays and objects.
pub(super) const MAX_DEPTH: usize = 32;

/// The number of values inside tagged enums that are read before the text is compared with the shape.
const MAX_TAGGED: usize = 64;

/// The weight of a buffered object. One that is flat needs no check against the shape.
const OBJECT: usize = 1;

/// The weight of a buffered array, in which serde accepts the fields of a struct.
const ARRAY: usize = 2;

/// The weight of buffered values that need no check against the shape. The text of a type of another crate is checked in a
/// flat object, too.
const MAX_UNCHECKED: usize = if foreign::HAS_TYPES { 0 } else { OBJECT };

/// The size of the values in bytes up to which the rest of the text is not read before them.
const MIN_ALLOWANCE: usize = 64 << 10;

/// Checks a text without decoding it.
type Inspect = fn(&str, &'static Shape, Inspection) -> Result<(), InputError>;

/// A check of the whole text.
#[derive(Clone, Copy)]
pub(super) enum Inspection {
    /// Whether the text is malformed.
    Syntax,
    /// Whether a well-formed text has its shape.
    Shape { is_merge_patch: bool },
}

/// The current depth, the names of the open objects, and the error that is propagating.
pub(super) struct DecodeState<'t> {
    text: &'t str,
    shape: &'static Shape,
    inspect: Inspect,
    pub(super) names: MemberNames,
    depth: Cell<usize>,
    /// Whether the text is a merge patch.
    is_merge_patch: bool,
    error: Cell<Option<DecodeError>>,
    /// The weight of the values that were buffered before their type was known.
    buffered: Cell<usize>,
    /// Whether the last value was requested as a 128-bit integer.
    is_wide_integer: Cell<bool>,
    /// Whether a part of the text was passed to the type without decoding it.
    has_skipped_text: Cell<bool>,
    /// Whether a list or map had more items than its type allows.
    is_truncated: Cell<bool>,
    /// The number of values inside tagged enums.
    tagged: Cell<usize>,
    /// The size of the values that are decoded before the rest of the text is read.
    allowance: Cell<usize>,
    /// The size of the current value that is already counted, until its content is read.
    counted: Cell<usize>,
    /// The number of items and members of a scalar of the API so far.
    in_scalar: Cell<usize>,
    /// Whether the text is known to be well-formed.
    is_well_formed: Cell<bool>,
    /// Whether the text was compared with the shape.
    is_inspected: Cell<bool>,
    /// The result of a check of the whole text.
    rejection: Cell<Option<InputError>>,
}

impl<'t> DecodeState<'t> {
    pub(super) fn new(text: &'t str, shape: &'static Shape, inspect: Inspect) -> Self {
        Self {
            text,
            shape,
            inspect,
            names: MemberNames::default(),
            depth: Cell::default(),
            is_merge_patch: false,
            error: Cell::default(),
            buffered: Cell::default(),
            is_wide_integer: Cell::default(),
            has_skipped_text: Cell::default(),
            is_truncated: Cell::default(),
            tagged: Cell::default(),
            allowance: Cell::new(text.len().saturating_mul(2).max(MIN_ALLOWANCE)),
            counted: Cell::default(),
            in_scalar: Cell::default(),
            is_well_formed: Cell::default(),
            is_inspected: Cell::default(),
            rejection: Cell::default(),
        }
    }

    /// Returns the same state for a merge patch, in which null clears a member.
    pub(super) fn of_merge_patch(self) -> Self {
        let is_merge_patch = true;
        Self {
            is_merge_patch,
            ..self
        }
    }

    /// Returns whether the text is a merge patch.
    pub(super) fn is_merge_patch(&self) -> bool {
        self.is_merge_patch
    }

    /// Returns the shape of the whole text.
    pub(super) fn shape(&self) -> &'static Shape {
        self.shape
    }

    /// Stores an error while `serde_json` propagates its own: `source`, or an empty one.
    pub(super) fn store_error<E: Error>(&self, error: DecodeError, source: Option<E>) -> E {
        self.error.set(Some(error));
        source.unwrap_or_else(|| E::custom(""))
    }

    /// Takes the stored error, or returns a syntax error if `serde_json` itself found the error.
    pub(super) fn take_error(&self) -> DecodeError {
        self.error
            .take()
            .unwrap_or_else(|| DecodeError::new(ErrorKind::Syntax))
    }

    /// Records which type is requested for the next value.
    pub(super) fn begin_value(&self, requested: Requested) {
        self.is_wide_integer
            .set(matches!(requested, Requested::WideInteger));
    }

    /// Returns the error of the previous value if `serde_json` read only a prefix of it.
    ///
    /// `serde_json` reads the digits of a 128-bit integer and leaves fraction and exponent, which it
    /// then reports as a syntax error after the value.
    pub(super) fn partial_number_error(&self) -> Option<DecodeError> {
        let stored = self.error.take();
        let is_from_serde_json = stored.is_none();
        self.error.set(stored);
        (is_from_serde_json && self.is_wide_integer.get())
            .then(|| DecodeError::new(ErrorKind::PartialNumber).expected(Expected::Integer))
    }

    /// Reads the start of what `serde_json` presents as a map; a number is finite.
    pub(super) fn read_start<'de, A: MapAccess<'de>>(
        &self,
        map: &mut A,
    ) -> Result<MapStart<'de>, A::Error> {
        match MapStart::read_any(map)? {
            MapStart::Number(number) if number.is_infinite() => {
                Err(self.store_error(DecodeError::new(ErrorKind::NumberRange), None))
            }
            start => Ok(start),
        }
    }

    /// Records that the next value is passed to the type as text.
    pub(super) fn skip_text(&self) {
        self.has_skipped_text.set(true);
    }

    /// Returns whether a part of the text was not decoded, and so not checked.
    pub(super) fn has_skipped_text(&self) -> bool {
        self.has_skipped_text.get()
    }

    /// Counts an array or object that is buffered before its type is known.
    pub(super) fn count_buffered(&self, requested: Requested, is_object: bool) {
        if let Requested::Anything = requested {
            let weight = if is_object { OBJECT } else { ARRAY };
            self.buffered
                .update(|buffered| buffered.saturating_add(weight));
        }
    }

    /// Counts a scalar that is buffered before its type is known: a type of another crate has one notation.
    #[inline]
    pub(super) fn count_buffered_scalar(&self, requested: Requested) {
        if foreign::HAS_TYPES && matches!(requested, Requested::Anything) {
            self.buffered.update(|buffered| buffered.saturating_add(1));
        }
    }

    /// Records that the rest of a list or map was not passed to its type.
    pub(super) fn truncate(&self) {
        self.is_truncated.set(true);
    }

    /// Returns whether a list or map had more items than its type allows.
    pub(super) fn is_truncated(&self) -> bool {
        self.is_truncated.get()
    }

    /// Returns whether serde may have accepted more than the type allows, or a merge patch an ineffective
    /// null.
    pub(super) fn needs_shape_check(&self) -> bool {
        let may_clear = self.is_merge_patch && self.text.contains("null");
        (may_clear || self.buffered.get() > MAX_UNCHECKED) && !self.is_inspected.get()
    }

    /// Counts a value inside a tagged enum.
    ///
    /// serde reads it into a buffer, which is larger than the text, before any type limits it.
    ///
    /// # Errors
    ///
    /// Returns an error if there are many such values and the whole text does not have its shape.
    #[inline]
    pub(super) fn count_tagged(&self) -> Result<(), DecodeError> {
        let tagged = self.tagged.get();
        if tagged < MAX_TAGGED {
            self.tagged.set(tagged + 1);
            return Ok(());
        }
        if self.is_inspected.replace(true) {
            return Ok(());
        }
        self.require_well_formed()?;
        let is_merge_patch = self.is_merge_patch;
        self.inspect(Inspection::Shape { is_merge_patch })
    }

    /// Counts the size of an item or of a map's value.
    ///
    /// A list can be many times larger than its text. Nothing large is built for a text that is
    /// malformed at its end.
    ///
    /// # Errors
    ///
    /// Returns an error if the values are large and the text is malformed.
    #[inline]
    pub(super) fn count_item(&self, size: usize) -> Result<(), DecodeError> {
        self.counted.set(size);
        self.count_size(size)
    }

    /// Enters an array, from which a value of this size is read; returns the guide of its items.
    ///
    /// # Errors
    ///
    /// Returns an error if the type gets no array here, or those of [`enter_sized`](Self::enter_sized).
    pub(super) fn enter_array(
        &self,
        size: usize,
        requested: Requested,
        guide: &Guide<'_>,
    ) -> Result<Children, DecodeError> {
        let is_struct = matches!(requested, Requested::Struct(_));
        let children = guide.items().filter(|_| !is_struct);
        let children = children.ok_or_else(|| DecodeError::new(ErrorKind::Type))?;
        self.count_buffered(requested, false);
        self.enter_sized(size, guide)?;
        Ok(children)
    }

    /// Enters an object, from which a value of this size is read; returns the guide of its members.
    ///
    /// # Errors
    ///
    /// Returns an error if the type gets no object here, or those of [`enter_sized`](Self::enter_sized).
    pub(super) fn enter_object(
        &self,
        size: usize,
        requested: Requested,
        guide: &Guide<'_>,
    ) -> Result<Children, DecodeError> {
        let children = guide.members();
        let children = children.ok_or_else(|| DecodeError::new(ErrorKind::Type))?;
        self.count_buffered(requested, true);
        self.enter_sized(size, guide)?;
        Ok(children)
    }

    /// Enters an array or object, and counts the size of the value that is read from it.
    ///
    /// The value can be behind a pointer, and is then no part of an item.
    ///
    /// # Errors
    ///
    /// Returns an error if the nesting is too deep, or if the values are large and the text is malformed.
    fn enter_sized(&self, size: usize, guide: &Guide<'_>) -> Result<(), DecodeError> {
        self.enter()?;
        if !matches!(guide, Guide::InScalar) {
            self.in_scalar.set(0);
        }
        let counted = self.counted.take();
        self.count_size(size.saturating_sub(counted))
    }

    /// Counts an item or member of a scalar of the API.
    ///
    /// # Errors
    ///
    /// Returns an error if there are too many.
    pub(super) fn count_in_scalar(&self) -> Result<(), DecodeError> {
        let count = self.in_scalar.get();
        if count == MAX_IN_SCALAR {
            return Err(DecodeError::new(ErrorKind::Length));
        }
        self.in_scalar.set(count + 1);
        Ok(())
    }

    /// Records the size of a field, which is a part of its struct.
    #[inline]
    pub(super) fn begin_field(&self, size: usize) {
        self.counted.set(size);
    }

    #[inline]
    fn count_size(&self, size: usize) -> Result<(), DecodeError> {
        if let Some(rest) = self.allowance.get().checked_sub(size) {
            self.allowance.set(rest);
            return Ok(());
        }
        self.allowance.set(usize::MAX);
        self.require_well_formed()
    }

    fn require_well_formed(&self) -> Result<(), DecodeError> {
        if self.is_well_formed.get() {
            return Ok(());
        }
        self.inspect(Inspection::Syntax)
    }

    #[cold]
    fn inspect(&self, inspection: Inspection) -> Result<(), DecodeError> {
        let inspected = (self.inspect)(self.text, self.shape, inspection);
        self.is_well_formed.set(inspected.is_ok());
        inspected.map_err(|rejection| {
            self.rejection.set(Some(rejection));
            DecodeError::new(ErrorKind::Length)
        })
    }

    /// Returns whether the whole text is known to be well-formed.
    pub(super) fn is_well_formed(&self) -> bool {
        self.is_well_formed.get()
    }

    /// Returns the error of the whole text, if it was found while decoding a part.
    pub(super) fn take_rejection(&self) -> Option<InputError> {
        self.rejection.take()
    }

    /// Enters an array or object, one level deeper.
    #[inline]
    pub(super) fn enter(&self) -> Result<(), DecodeError> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(DecodeError::new(ErrorKind::Depth));
        }
        self.depth.set(depth + 1);
        Ok(())
    }

    /// Leaves an array or object.
    #[inline]
    pub(super) fn leave(&self) {
        self.depth.update(|depth| depth.saturating_sub(1));
    }

    /// Runs `read` one level deeper.
    pub(super) fn nested<T>(
        &self,
        read: impl FnOnce() -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        self.enter()?;
        let outcome = read();
        self.leave();
        outcome
    }
}

/// The type that was requested from the decoder, as far as it decides what the text may contain.
#[derive(Clone, Copy)]
pub(super) enum Requested {
    /// A struct with these fields: an array is rejected.
    Struct(&'static [&'static str]),
    /// An enum with these variants.
    Enum(&'static [&'static str]),
    /// Any value, which is buffered until its type is known.
    Anything,
    /// A 128-bit integer.
    WideInteger,
    /// Another type: no type declares the names of an object's members.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::shape::{Nested, Statement};

    static SHAPE: Shape = Shape::Transparent(Nested::Unchecked(Statement::Unvalidated("a test")));

    /// The other tests run with types of other crates, with which each object is checked.
    #[test]
    fn array_needs_a_check_in_every_build_and_one_flat_object_in_some() {
        let state = || DecodeState::new("", &SHAPE, |_, _, _| Ok(()));
        let size = size_of::<u8>();
        let array = state();
        array
            .enter_array(size, Requested::Anything, &Guide::Tagged)
            .map(drop)
            .ok()
            .unwrap();
        assert!(array.buffered.get() > OBJECT);
        let object = state();
        object
            .enter_object(size, Requested::Anything, &Guide::Tagged)
            .map(drop)
            .ok()
            .unwrap();
        assert_eq!(object.buffered.get(), OBJECT);
        object
            .enter_object(size, Requested::Anything, &Guide::Tagged)
            .map(drop)
            .ok()
            .unwrap();
        assert!(object.buffered.get() > OBJECT);
    }
}
