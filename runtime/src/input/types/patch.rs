//! `Patch`: a change of a member, which may also clear it.

use std::fmt;
use std::marker::PhantomData;

use garde::error::{NoKey, Path};
use garde::rules::alphanumeric::Alphanumeric;
use garde::rules::ascii::Ascii;
use garde::rules::contains::Contains;
use garde::rules::inner::Inner;
use garde::rules::ip::{Ip, IpKind};
use garde::rules::length::bytes::Bytes;
use garde::rules::length::chars::Chars;
use garde::rules::length::simple::Simple;
use garde::rules::length::utf16::Utf16CodeUnits;
use garde::rules::pattern::{Matcher, Pattern};
use garde::rules::prefix::Prefix;
use garde::rules::range::{Bounds as Range, OutOfBounds};
use garde::rules::suffix::Suffix;
use garde::{Report, Validate};
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use crate::input::contract::Bounded;
use crate::input::contract::missing_limit::InputType;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
use crate::input::contract::ordered::ByOrder;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
use crate::input::contract::rule::{IsNumber, sealed::Compares};
use crate::input::contract::rules::{Inside, Ruleset};
use crate::input::contract::unbounded::{HasKnownLimit, Unbounded};
#[cfg(feature = "schemas")]
use crate::input::schema::Bounds;
use crate::input::shape::Nested;

/// A change of one member: absent, cleared by `null`, or a new value.
///
/// An `Option` is `None` for an absent member and for `null`, so a handler cannot know whether to keep the
/// old value or to clear it. Use `Patch` in [`Valid<MergePatch<T>>`](crate::input::MergePatch) or
/// `Valid<Json<T>>`. The rules of a `Patch` are those of its value, as for an `Option`, and it needs no
/// `#[serde(default)]`. A schema accepts `null`, and does not require the member.
///
/// In a query or form, a `Patch` is never [`Null`](Self::Null).
///
/// `null` is not distinguished by decoders that report it as an absent `Option`, such as `serde_json`'s own:
/// they never clear a member. In a list, tuple or map, an item is [`Null`](Self::Null) or a value.
///
/// # Examples
///
/// ```
/// use palisade::input::{MergePatch, Patch};
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct CustomerChange {
///     #[garde(length(chars, min = 1, max = 40))]
///     nickname: Patch<String>,
///     #[garde(range(min = 1900, max = 2100))]
///     birth_year: Patch<u16>,
/// }
///
/// #[derive(Default)]
/// struct Customer {
///     nickname: Option<String>,
///     birth_year: Option<u16>,
/// }
///
/// #[secured(scopes = "customers:write")]
/// async fn change_customer(
///     Valid(MergePatch(change)): Valid<MergePatch<CustomerChange>>,
/// ) -> StatusCode {
///     let mut customer = Customer::default();
///     change.nickname.apply_to(&mut customer.nickname);
///     change.birth_year.apply_to(&mut customer.birth_year);
///     StatusCode::NO_CONTENT
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Patch<T> {
    /// The member is absent: keep the old value.
    #[default]
    Absent,
    /// The member is `null`: clear the old value.
    Null,
    /// The new value.
    Value(T),
}

impl<T> Patch<T> {
    /// Returns whether the member is absent.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns whether the member is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the new value; `None` if the member is absent or `null`.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Returns the new value by value; `None` if the member is absent or `null`.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Converts the new value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(convert(value)),
        }
    }

    /// Changes an old value.
    pub fn apply_to(self, old: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *old = None,
            Self::Value(value) => *old = Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(PatchVisitor(PhantomData))
    }
}

/// Reads a value, or what serde presents instead of it.
struct PatchVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PatchVisitor<T> {
    type Value = Patch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    /// serde's derive presents an absent member.
    fn visit_none<E: Error>(self) -> Result<Patch<T>, E> {
        Ok(Patch::Absent)
    }

    /// The JSON decoder presents `null`.
    fn visit_unit<E: Error>(self) -> Result<Patch<T>, E> {
        Ok(Patch::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Patch<T>, D::Error> {
        T::deserialize(deserializer).map(Patch::Value)
    }
}

#[diagnostic::do_not_recommend]
impl<T> HasKnownLimit<Patch<T>> for InputType {
    type Reason<R: Ruleset> = Unbounded<T, <R::Items as Ruleset>::InOptionOr<R>>;
}

/// The rules apply to the value, or `inner` enters it.
impl<T: Bounded<Inside<R>>, R: Ruleset> Bounded<R> for Patch<T> {
    const HAS_BOUNDS: bool = T::HAS_BOUNDS;
    const NESTED: Nested = Nested::Patch(&T::NESTED);
    const WRAPPERS: usize = T::WRAPPERS;

    #[inline]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report) {
        if let Self::Value(value) = self {
            value.check_bounds(at, report);
        }
    }

    #[cfg(feature = "schemas")]
    const MAY_BE_ABSENT: bool = true;

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
        <Option<T> as Bounded<R>>::schema(generator, bounds)
    }
}

impl<T: Validate> Validate for Patch<T> {
    type Context = T::Context;

    fn validate_into(
        &self,
        context: &T::Context,
        parent: &mut dyn FnMut() -> Path,
        report: &mut Report,
    ) {
        if let Self::Value(value) = self {
            value.validate_into(context, parent, report);
        }
    }
}

impl<T> Inner<T> for Patch<T> {
    type Key = NoKey;

    fn validate_inner<F: FnMut(&T, &NoKey)>(&self, mut validate: F) {
        if let Self::Value(value) = self {
            validate(value, &NoKey::default());
        }
    }
}

impl<T: Range> Range for Patch<T> {
    type Size = T::Size;

    const MIN: T::Size = T::MIN;
    const MAX: T::Size = T::MAX;

    fn validate_bounds(&self, lower: T::Size, upper: T::Size) -> Result<(), OutOfBounds> {
        match self {
            Self::Value(value) => value.validate_bounds(lower, upper),
            Self::Absent | Self::Null => Ok(()),
        }
    }
}

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
impl<T: Compares<T, ByOrder>> Compares<T, ByOrder> for Patch<T> {}

/// The dates and times of other crates.
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
#[diagnostic::do_not_recommend]
impl<T: IsNumber<T, ByOrder>> IsNumber<T, ByOrder> for Patch<T> {
    #[inline]
    fn check_range(&self, ends: (Option<T>, Option<T>)) -> garde::Result {
        self.value().map_or(Ok(()), |value| value.check_range(ends))
    }
}

impl<T: Ip> Ip for Patch<T> {
    type Error = T::Error;

    fn validate_ip(&self, kind: IpKind) -> Result<(), T::Error> {
        match self {
            Self::Value(value) => value.validate_ip(kind),
            Self::Absent | Self::Null => Ok(()),
        }
    }
}

impl<T: Pattern> Pattern for Patch<T> {
    fn validate_pattern<M: Matcher>(&self, matcher: &M) -> bool {
        match self {
            Self::Value(value) => value.validate_pattern(matcher),
            Self::Absent | Self::Null => true,
        }
    }
}

/// Applies rules of garde to the value.
macro_rules! rules_of_value {
    ($($rule:ident::$method:ident($($argument:ident: $ty:ty),*) -> $result:ty, else $absent:expr;)*) => {$(
        impl<T: $rule> $rule for Patch<T> {
            fn $method(&self, $($argument: $ty),*) -> $result {
                match self {
                    Self::Value(value) => value.$method($($argument),*),
                    Self::Absent | Self::Null => $absent,
                }
            }
        }
    )*};
}

rules_of_value! {
    Simple::validate_length(min: usize, max: usize) -> garde::Result, else Ok(());
    Bytes::validate_num_bytes(min: usize, max: usize) -> garde::Result, else Ok(());
    Chars::validate_num_chars(min: usize, max: usize) -> garde::Result, else Ok(());
    Utf16CodeUnits::validate_num_code_units(min: usize, max: usize) -> garde::Result, else Ok(());
    Ascii::validate_ascii() -> bool, else true;
    Alphanumeric::validate_alphanumeric() -> bool, else true;
    Prefix::validate_prefix(pattern: &str) -> bool, else true;
    Suffix::validate_suffix(pattern: &str) -> bool, else true;
    Contains::validate_contains(pattern: &str) -> bool, else true;
}
