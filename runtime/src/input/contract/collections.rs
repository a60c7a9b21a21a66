//! Collections: a length bounds how many items there are, and each item is bounded in turn.
//!
//! Written out, as in `bounded`.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

use garde::Report;
use garde::error::Path;
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::contract::bounded::Bounded;
use crate::input::contract::map_key::{MapKey, PlainValue};
use crate::input::contract::rules::{Collection, LengthOf, Ruleset};
#[cfg(feature = "schemas")]
use crate::input::schema::{self, Bounds, EqualKeys};
use crate::input::shape::Nested;

impl<T: Bounded<R::Items>, R: Ruleset> Bounded<R> for [T]
where
    R::Length: LengthOf<Collection, Self>,
{
    const EXAMINED: bool = T::EXAMINED;
    const NESTED: Nested = Nested::Items(&T::NESTED);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset> Bounded<R> for Vec<T>
where
    R::Length: LengthOf<Collection, Self>,
{
    const EXAMINED: bool = T::EXAMINED;
    const NESTED: Nested = Nested::Items(&T::NESTED);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset> Bounded<R> for VecDeque<T>
where
    R::Length: LengthOf<Collection, Self>,
{
    const EXAMINED: bool = T::EXAMINED;
    const NESTED: Nested = Nested::Items(&T::NESTED);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset> Bounded<R> for LinkedList<T>
where
    R::Length: LengthOf<Collection, Self>,
{
    const EXAMINED: bool = T::EXAMINED;
    const NESTED: Nested = Nested::Items(&T::NESTED);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset, const N: usize> Bounded<R> for [T; N] {
    const EXAMINED: bool = T::EXAMINED;
    const NESTED: Nested = Nested::Items(&T::NESTED);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::tuple(T::schema(generator, &bounds.items()), N, bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset> Bounded<R> for BTreeSet<T>
where
    R::Length: LengthOf<Collection, Self>,
{
    const EXAMINED: bool = T::EXAMINED;
    const NESTED: Nested = Nested::Unordered(&T::NESTED);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::set(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset> Bounded<R> for BinaryHeap<T>
where
    R::Length: LengthOf<Collection, Self>,
{
    const EXAMINED: bool = T::EXAMINED;
    const NESTED: Nested = Nested::Unordered(&T::NESTED);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset, S> Bounded<R> for HashSet<T, S>
where
    R::Length: LengthOf<Collection, Self>,
{
    const EXAMINED: bool = T::EXAMINED;
    const NESTED: Nested = Nested::Unordered(&T::NESTED);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::set(T::schema(generator, &bounds.items()), bounds)
    }
}

/// Costs nothing where the items hold nothing to examine.
#[inline]
fn examine_items<'a, T, R>(
    items: impl Iterator<Item = &'a T>,
    at: &mut dyn FnMut() -> Path,
    report: &mut Report,
) where
    T: Bounded<R::Items> + 'a,
    R: Ruleset,
{
    if T::EXAMINED {
        for (index, item) in items.enumerate() {
            item.examine(&mut || at().join(index), report);
        }
    }
}

impl<K: MapKey, V: PlainValue, S, R: Ruleset> Bounded<R> for HashMap<K, V, S>
where
    R::Length: LengthOf<Collection, Self>,
{
    const EXAMINED: bool = K::EXAMINED;
    const NESTED: Nested = Nested::Entries(&Nested::Leaf);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_keys(self.keys(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        let key = K::key_schema(generator);
        let value = V::value_schema(generator);
        schema::map(generator, key, value, EqualKeys::Merged, bounds)
    }
}

impl<K: MapKey, V: PlainValue, R: Ruleset> Bounded<R> for BTreeMap<K, V>
where
    R::Length: LengthOf<Collection, Self>,
{
    const EXAMINED: bool = K::EXAMINED;
    const NESTED: Nested = Nested::Entries(&Nested::Leaf);

    #[inline]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        examine_keys(self.keys(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        let key = K::key_schema(generator);
        let value = V::value_schema(generator);
        schema::map(generator, key, value, EqualKeys::Merged, bounds)
    }
}

/// What is wrong with a key is wrong with the map: the names of its members are the sender's.
#[inline]
pub(in crate::input) fn examine_keys<'a, K: MapKey + 'a>(
    keys: impl Iterator<Item = &'a K>,
    at: &mut dyn FnMut() -> Path,
    report: &mut Report,
) {
    if K::EXAMINED {
        for key in keys {
            key.examine_key(at, report);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::contract::rules::{Missing, Rules, Unruled, Written};

    type Limited<Items> = Rules<Written, Missing, Missing, Items>;
    type Ranged = Rules<Missing, Written, Missing, Unruled>;

    fn places<R, T: Bounded<R> + ?Sized>(value: &T) -> Vec<String> {
        let mut report = Report::new();
        value.examine(&mut || Path::new("share"), &mut report);
        report.iter().map(|(path, _)| path.to_string()).collect()
    }

    /// garde compares with `<` and `>`, and a NaN is neither.
    #[test]
    fn what_is_not_finite_is_found_wherever_it_is() {
        for number in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(places::<Ranged, _>(&number), ["share"]);
            assert_eq!(places::<Ranged, _>(&Some(number)), ["share"]);
            assert_eq!(places::<Ranged, _>(&Box::new(number)), ["share"]);
            assert_eq!(
                places::<Limited<Ranged>, _>(&vec![1.0, number, number]),
                ["share[1]", "share[2]"]
            );
            assert_eq!(places::<Limited<Ranged>, _>(&[number, 1.0]), ["share[0]"]);
        }
        assert_eq!(places::<Ranged, _>(&f32::NAN), ["share"]);
    }

    #[test]
    fn finite_numbers_and_other_types_are_left_alone() {
        assert!(places::<Ranged, _>(&1.5).is_empty());
        assert!(places::<Ranged, _>(&None::<f64>).is_empty());
        assert!(places::<Limited<Unruled>, _>(&vec![1, 2]).is_empty());
        const { assert!(!<Vec<u8> as Bounded<Limited<Unruled>>>::EXAMINED) };
    }
}
