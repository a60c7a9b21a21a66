//! What all the layers of one decoding share.

use std::cell::Cell;

use serde::de::{DeserializeSeed, Error, Visitor};

use crate::input::decode::error::{Fault, Wanted, What};

/// The most arrays and objects within each other.
pub(crate) const MAX_DEPTH: usize = 32;

/// The depth so far, and the fault on its way outward.
#[derive(Default)]
pub(crate) struct Watch {
    depth: Cell<usize>,
    fault: Cell<Option<Fault>>,
    /// Arrays and objects that were read before anybody knew their type.
    kept_back: Cell<usize>,
    /// Whether the last value was asked for as a number of 128 bits.
    wide: Cell<bool>,
}

impl Watch {
    /// Sends a fault outward through `serde_json`, whose own error goes with it.
    pub(crate) fn carry<E: Error>(&self, fault: Fault, beneath: Option<E>) -> E {
        self.fault.set(Some(fault));
        beneath.unwrap_or_else(|| E::custom(""))
    }

    /// Takes the fault that came with an error; none came if `serde_json` found it.
    pub(crate) fn receive(&self) -> Fault {
        self.fault
            .take()
            .unwrap_or_else(|| Fault::new(What::Unread))
    }

    /// Begins a value.
    pub(crate) fn begin(&self, asked: Asked) {
        self.wide.set(matches!(asked, Asked::Wide));
    }

    /// The fault of the value before, where `serde_json` found something else behind it than it
    /// expected: it reads the digits of a number of 128 bits, and leaves fraction and exponent.
    pub(crate) fn cut_short(&self) -> Option<Fault> {
        let carried = self.fault.take();
        let is_its_own = carried.is_none();
        self.fault.set(carried);
        (is_its_own && self.wide.get()).then(|| Fault::new(What::Cut).wanted(Wanted::Whole))
    }

    /// Counts what is read before its type is known, unless it is as flat as can be.
    pub(crate) fn keep_back(&self, asked: Asked, flat: bool) {
        if let Asked::Anything = asked {
            let weight = if flat { 1 } else { 2 };
            self.kept_back
                .set(self.kept_back.get().saturating_add(weight));
        }
    }

    /// Whether serde let more through than the type allows, perhaps.
    pub(crate) fn may_misfit(&self) -> bool {
        self.kept_back.get() > 1
    }

    /// Runs what reads one array or object, one level deeper.
    pub(crate) fn deeper<T>(&self, read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(Fault::new(What::Deep));
        }
        self.depth.set(depth + 1);
        let outcome = read();
        self.depth.set(depth);
        outcome
    }
}

/// How what is decoded was asked for; decides what else it may look like.
#[derive(Clone, Copy)]
pub(crate) enum Asked {
    /// As a struct with these members: an array is refused.
    Struct(&'static [&'static str]),
    /// As an enum with these variants.
    Enum(&'static [&'static str]),
    /// As whatever it is: its type is looked for later.
    Anything,
    /// As a number of 128 bits.
    Wide,
    /// As anything else: an object's members have names that only the client knows.
    Other,
}

/// What keeps a decoding strict at every level; the levels need not know each other.
pub(crate) trait Strictness {
    /// Decodes an item or a member's value strictly.
    fn seed<'de, T: DeserializeSeed<'de>>(
        &self,
        seed: T,
    ) -> impl DeserializeSeed<'de, Value = T::Value>;

    /// Visits what a variant holds strictly.
    fn visitor<'de, V: Visitor<'de>>(
        &self,
        visitor: V,
        asked: Asked,
    ) -> impl Visitor<'de, Value = V::Value>;
}
