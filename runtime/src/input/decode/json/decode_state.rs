//! The state that all levels of one decoding share.

use std::cell::Cell;

use serde::de::Error;

use crate::input::decode::error::{DecodeError, ErrorKind, Expected};

/// The maximum depth of nested arrays and objects.
pub(super) const MAX_DEPTH: usize = 32;

/// The current depth, and the error that is propagating.
#[derive(Default)]
pub(super) struct DecodeState {
    depth: Cell<usize>,
    error: Cell<Option<DecodeError>>,
    /// The number of arrays and objects that were buffered before their type was known.
    buffered: Cell<usize>,
    /// Whether the last value was requested as a 128-bit integer.
    is_wide_integer: Cell<bool>,
}

impl DecodeState {
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

    /// Counts an array or object that is buffered before its type is known.
    ///
    /// An object counts once and an array twice, so that one object without anything nested in it
    /// needs no check against the shape.
    pub(super) fn count_buffered(&self, requested: Requested, is_object: bool) {
        if let Requested::Anything = requested {
            let weight = if is_object { 1 } else { 2 };
            self.buffered
                .set(self.buffered.get().saturating_add(weight));
        }
    }

    /// Returns whether serde may have accepted more than the type allows.
    pub(super) fn needs_shape_check(&self) -> bool {
        self.buffered.get() > 1
    }

    /// Runs `read` one level deeper.
    pub(super) fn nested<T>(
        &self,
        read: impl FnOnce() -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(DecodeError::new(ErrorKind::Depth));
        }
        self.depth.set(depth + 1);
        let outcome = read();
        self.depth.set(depth);
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
