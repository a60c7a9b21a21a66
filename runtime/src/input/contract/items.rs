//! The items that `inner(…)` enters: those of the collection itself.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::sync::Arc;

/// A value whose items `inner(…)` enters.
pub struct ItemsOf<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized + Items> ItemsOf<'_, T> {
    /// Requires that the rules see the items of the collection itself.
    ///
    /// An API can implement garde's `Inner<U>` for a collection of the standard library with its own `U`,
    /// and pass no item to the rules:
    ///
    /// ```compile_fail,E0308
    /// use std::collections::VecDeque;
    ///
    /// use palisade::garde::error::NoKey;
    /// use palisade::garde::rules::{inner::Inner, length::chars::HasChars};
    /// use palisade::prelude::*;
    ///
    /// struct Nothing;
    ///
    /// impl HasChars for Nothing {
    ///     fn num_chars(&self) -> usize {
    ///         0
    ///     }
    /// }
    ///
    /// impl Inner<Nothing> for VecDeque<String> {
    ///     type Key = NoKey;
    ///
    ///     fn validate_inner<F: FnMut(&Nothing, &NoKey)>(&self, _: F) {}
    /// }
    ///
    /// #[derive(Deserialize, Validate, SecureInput)]
    /// #[serde(deny_unknown_fields)]
    /// struct NewOrder {
    ///     #[garde(length(max = 3), inner(length(chars, max = 3)))]
    ///     tags: VecDeque<String>,
    /// }
    /// ```
    ///
    /// So can a bound of a generic type:
    ///
    /// ```compile_fail,E0308
    /// # use palisade::garde::{Path, Report, Validate};
    /// # use palisade::garde::rules::{inner::Inner, length::chars::HasChars};
    /// # use palisade::{SecureInput, serde::Deserialize};
    /// # struct Nothing;
    /// # impl HasChars for Nothing { fn num_chars(&self) -> usize { 0 } }
    /// #[derive(Deserialize, SecureInput)]
    /// #[serde(deny_unknown_fields)]
    /// struct NewOrder<T: Inner<Nothing>> {
    ///     #[garde(inner(length(chars, max = 3)))]
    ///     tags: T,
    /// }
    /// # impl<T: Inner<Nothing>> Validate for NewOrder<T> {
    /// #     type Context = ();
    /// #     fn validate_into(&self, _: &(), _: &mut dyn FnMut() -> Path, _: &mut Report) {}
    /// # }
    /// ```
    #[inline]
    pub fn contain(self, _: &T::Item) {
        let Self(_) = self;
    }
}

/// A collection of another crate, which only the derive of `Validate` enters.
pub trait UnknownItems: Sized {
    /// Requires nothing.
    #[inline]
    fn contain<U: ?Sized>(self, _: &U) {}
}

impl<T: ?Sized> UnknownItems for ItemsOf<'_, T> {}

/// A type that is bounded by the rules of its items.
#[diagnostic::on_unimplemented(
    message = "the rule `inner` does not enter `{Self}`",
    label = "`inner(…)` does not reach the values inside `{Self}`",
    note = "help: write the collection itself, as in `Vec<T>`, for a generic type of items"
)]
pub trait Items {
    /// The type of an item.
    type Item: ?Sized;
}

macro_rules! items {
    ($([$($generic:tt)*] $ty:ty => $item:ty;)*) => {$(
        impl<$($generic)*> Items for $ty {
            type Item = $item;
        }
    )*};
}

items! {
    [T] [T] => T;
    [T] Vec<T> => T;
    [T] VecDeque<T> => T;
    [T] LinkedList<T> => T;
    [T] BTreeSet<T> => T;
    [T] BinaryHeap<T> => T;
    [T, S] HashSet<T, S> => T;
    [T, const N: usize] [T; N] => T;
    [T] Option<T> => T;
    [K, V] BTreeMap<K, V> => V;
    [K, V, S] HashMap<K, V, S> => V;
    [T: ?Sized + Items] Box<T> => T::Item;
    [T: ?Sized + Items] Arc<T> => T::Item;
    ['a, T: ?Sized + Items] &'a T => T::Item;
    ['a, T: ?Sized + ToOwned + Items] Cow<'a, T> => T::Item;
    [A] (A,) => NoItem;
    [A, B] (A, B) => NoItem;
    [A, B, C] (A, B, C) => NoItem;
    [A, B, C, D] (A, B, C, D) => NoItem;
}

/// The item of a tuple, whose elements have several types: no rule reaches them.
pub enum NoItem {}
