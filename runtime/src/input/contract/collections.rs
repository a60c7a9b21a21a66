//! Collections: a length bounds the number of items, and each item is bounded in turn.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

use garde::Report;
use garde::error::Path;
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::contract::bounded::Bounded;
use crate::input::contract::check::is_full;
use crate::input::contract::map_key::{MapKey, NeedsNoRule};
use crate::input::contract::rules::{Applied, BoundsItems, Ruleset};
#[cfg(feature = "schemas")]
use crate::input::schema::{self, Bounds, EqualKeys};
use crate::input::shape::Nested;

impl<T: Bounded<R::Items>, R: Ruleset<Length: BoundsItems<T>>> Bounded<R> for [T] {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::List(&T::NESTED, R::MAX);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset<Length: BoundsItems<T>>> Bounded<R> for Vec<T> {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::List(&T::NESTED, R::MAX);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset<Length = Applied>> Bounded<R> for VecDeque<T> {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::List(&T::NESTED, R::MAX);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset<Length = Applied>> Bounded<R> for LinkedList<T> {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::List(&T::NESTED, R::MAX);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset, const N: usize> Bounded<R> for [T; N] {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::Array(&T::NESTED, N);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::tuple(T::schema(generator, &bounds.items()), N, bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset<Length = Applied>> Bounded<R> for BTreeSet<T> {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::Unordered(&T::NESTED, R::MAX);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::set(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset<Length = Applied>> Bounded<R> for BinaryHeap<T> {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::Unordered(&T::NESTED, R::MAX);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::array(T::schema(generator, &bounds.items()), bounds)
    }
}

impl<T: Bounded<R::Items>, R: Ruleset<Length = Applied>, S> Bounded<R> for HashSet<T, S> {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::Unordered(&T::NESTED, R::MAX);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_items::<T, R>(self.iter(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        schema::set(T::schema(generator, &bounds.items()), bounds)
    }
}

/// Checks each item; costs nothing if their type has no bounds to check.
#[inline]
fn check_items<'a, T, R>(
    items: impl Iterator<Item = &'a T>,
    at: &mut dyn FnMut() -> Path,
    report: &mut Report,
) where
    T: Bounded<R::Items> + 'a,
    R: Ruleset,
{
    if T::HAS_BOUNDS {
        for (index, item) in items.enumerate() {
            if is_full(report) {
                return;
            }
            item.check_bounds(&mut || at().join(index), report);
        }
    }
}

impl<K: MapKey, V: NeedsNoRule, S, R: Ruleset<Length = Applied>> Bounded<R> for HashMap<K, V, S> {
    const HAS_BOUNDS: bool = K::HAS_BOUNDS;
    const NESTED: Nested = Nested::Entries(&V::VALUE, R::MAX, &K::KEY);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_keys(self.keys(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        let key = K::key_schema(generator);
        let value = V::value_schema(generator);
        schema::map(generator, key, value, EqualKeys::Merged, bounds)
    }
}

impl<K: MapKey, V: NeedsNoRule, R: Ruleset<Length = Applied>> Bounded<R> for BTreeMap<K, V> {
    const HAS_BOUNDS: bool = K::HAS_BOUNDS;
    const NESTED: Nested = Nested::Entries(&V::VALUE, R::MAX, &K::KEY);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_keys(self.keys(), at, report);
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        let key = K::key_schema(generator);
        let value = V::value_schema(generator);
        schema::map(generator, key, value, EqualKeys::Merged, bounds)
    }
}

/// Checks each key. Errors are reported at the map, since its members are named by the client.
#[inline]
pub(in crate::input) fn check_keys<'a, K: MapKey + 'a>(
    keys: impl Iterator<Item = &'a K>,
    at: &mut dyn FnMut() -> Path,
    report: &mut Report,
) {
    if K::HAS_BOUNDS {
        for key in keys {
            if is_full(report) {
                return;
            }
            key.check_key(at, report);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::contract::rules::{Missing, NoRules, Rules};

    type Limited<Items> = Rules<Applied, Missing, Missing, Items>;
    type Ranged = Rules<Missing, Applied, Missing, NoRules>;

    fn reported<R, T: Bounded<R> + ?Sized>(value: &T) -> Vec<String> {
        let mut report = Report::new();
        value.check_bounds(&mut || Path::new("share"), &mut report);
        report.iter().map(|(path, _)| path.to_string()).collect()
    }

    /// garde's `range` compares with `<` and `>`, so a NaN passes it.
    #[test]
    fn number_that_is_not_finite_is_reported_at_every_depth() {
        for number in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(reported::<Ranged, _>(&number), ["share"]);
            assert_eq!(reported::<Ranged, _>(&Some(number)), ["share"]);
            assert_eq!(reported::<Ranged, _>(&Box::new(number)), ["share"]);
            assert_eq!(
                reported::<Limited<Ranged>, _>(&vec![1.0, number, number]),
                ["share[1]", "share[2]"]
            );
            assert_eq!(reported::<Limited<Ranged>, _>(&[number, 1.0]), ["share[0]"]);
        }
        assert_eq!(reported::<Ranged, _>(&f32::NAN), ["share"]);
    }

    #[test]
    fn finite_numbers_and_other_types_are_not_reported() {
        assert!(reported::<Ranged, _>(&1.5).is_empty());
        assert!(reported::<Ranged, _>(&None::<f64>).is_empty());
        assert!(reported::<Limited<NoRules>, _>(&vec![1, 2]).is_empty());
        const { assert!(!<Vec<u8> as Bounded<Limited<NoRules>>>::HAS_BOUNDS) };
    }
}
