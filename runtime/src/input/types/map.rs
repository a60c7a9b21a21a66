//! `Map`: a map whose keys and values have rules.

use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use garde::error::{NoKey, Path};
use garde::rules::inner::Inner;
use garde::rules::length::simple::HasSimpleLength;
use garde::{Report, Validate};
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::input::contract::check::is_full;
use crate::input::contract::collections::check_keys;
use crate::input::contract::items::Items;
use crate::input::contract::missing_limit::InputType;
use crate::input::contract::rules::{Applied, Ruleset};
use crate::input::contract::unbounded::{HasKnownLimit, OfMap};
use crate::input::contract::{Bounded, MapKey};
#[cfg(feature = "schemas")]
use crate::input::schema::{self, Bounds, EqualKeys};
use crate::input::shape::Nested;

/// A map with garde's rules `length`, `inner` and `dive`, for keys of any type.
///
/// garde checks only the length of the standard library's maps, unless their keys are text, so their
/// values must not need a rule. Keys are scalars or newtypes that derive
/// [`SecureInput`](macro@crate::SecureInput), whose rules are checked for each key. Names of equal keys
/// (`"::1"` and `"0::1"` as addresses) are rejected with 422, whereas a map of the standard library keeps
/// the last entry.
///
/// `Map` dereferences to a [`BTreeMap`].
///
/// # Examples
///
/// ```
/// use palisade::input::Map;
/// use palisade::prelude::*;
///
/// #[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
/// struct Sku(#[garde(length(chars, min = 1, max = 64))] String);
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Line {
///     #[garde(range(min = 1, max = 100))]
///     quantity: u32,
/// }
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(max = 10), dive)]
///     lines: Map<Sku, Line>,
///     #[garde(length(max = 10), inner(length(chars, max = 200)))]
///     notes: Map<u16, String>,
/// }
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Map<K, V>(BTreeMap<K, V>);

impl<K, V> Map<K, V> {
    /// Returns the map of the standard library.
    pub fn into_inner(self) -> BTreeMap<K, V> {
        self.0
    }
}

impl<K, V> Deref for Map<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.0
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K, V> From<BTreeMap<K, V>> for Map<K, V> {
    fn from(entries: BTreeMap<K, V>) -> Self {
        Self(entries)
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = btree_map::IntoIter<K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a Map<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<K, V> HasSimpleLength for Map<K, V> {
    fn length(&self) -> usize {
        self.0.len()
    }
}

impl<K, V> Items for Map<K, V> {
    type Item = V;
}

/// Reports violations of values at the map, because the client chose the names of its members.
impl<K, V> Inner<V> for Map<K, V> {
    type Key = NoKey;

    fn validate_inner<F: FnMut(&V, &NoKey)>(&self, mut validate: F) {
        for value in self.0.values() {
            validate(value, &NoKey::default());
        }
    }
}

impl<K, V: Validate> Validate for Map<K, V> {
    type Context = V::Context;

    fn validate_into(
        &self,
        context: &V::Context,
        parent: &mut dyn FnMut() -> Path,
        report: &mut Report,
    ) {
        for value in self.0.values() {
            value.validate_into(context, parent, report);
        }
    }
}

impl<K: Serialize, V: Serialize> Serialize for Map<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for Map<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor(PhantomData))
    }
}

struct MapVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for MapVisitor<K, V> {
    type Value = Map<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Map<K, V>, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, value)) = members.next_entry()? {
            if entries.insert(key, value).is_some() {
                return Err(A::Error::custom("duplicate key"));
            }
        }
        Ok(Map(entries))
    }
}

#[diagnostic::do_not_recommend]
impl<K, V> HasKnownLimit<Map<K, V>> for InputType {
    type Reason<R: Ruleset> = OfMap<Map<K, V>, K, V, R>;
}

impl<K: MapKey, V: Bounded<R::Items>, R: Ruleset<Length = Applied>> Bounded<R> for Map<K, V> {
    const HAS_BOUNDS: bool = K::HAS_BOUNDS || V::HAS_BOUNDS;
    const NESTED: Nested = Nested::Entries(&V::NESTED, R::MAX, &K::KEY);

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        check_keys(self.keys(), at, report);
        if V::HAS_BOUNDS {
            for value in self.values() {
                if is_full(report) {
                    return;
                }
                value.check_bounds(at, report);
            }
        }
    }

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        let key = K::key_schema(generator);
        let value = V::schema(generator, &bounds.items());
        schema::map(generator, key, value, EqualKeys::Rejected, bounds)
    }
}
