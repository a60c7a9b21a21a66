//! `PageRequest`: pagination of a list.

use std::num::NonZeroU32;

use garde::error::Path;
use garde::{Report, Validate};
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

#[cfg(feature = "schemas")]
use crate::input::contract::definitions;
use crate::input::contract::{Bounded, InputContract, MAX_LENGTH, ScalarContract};
#[cfg(feature = "schemas")]
use crate::input::schema::Bounds;
use crate::input::shape::{Field, Nested, Shape};
#[cfg(feature = "schemas")]
use crate::input::types::schemas::{page_number, page_request, page_size};

/// The default size of a page, unless `MAX` is smaller.
const DEFAULT_SIZE: u32 = 20;

/// The number of a page, from 1 to 4,294,967,295; the default is 1.
///
/// A field of this type needs no rule: `#[garde(skip)]`. It is meant for lists with more parameters than
/// those of [`PageRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PageNumber(NonZeroU32);

impl PageNumber {
    /// The first page, the default.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Returns the page with this number, or `None` for 0.
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Returns the number, at least 1.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl Default for PageNumber {
    fn default() -> Self {
        Self::FIRST
    }
}

impl<'de> Deserialize<'de> for PageNumber {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(decoder)?;
        Self::new(number).ok_or_else(|| out_of_range(number, u32::MAX))
    }
}

/// The maximum number of items on a page, from 1 to `MAX`; the default is 20, or `MAX` if it is smaller.
///
/// `MAX` is between 1 and 1,048,576; another value does not compile:
///
/// ```compile_fail
/// let _ = palisade::input::PageSize::<0>::default();
/// ```
///
/// A field of this type needs no rule: `#[garde(skip)]`.
///
/// # Security
///
/// One request can make the server fetch and send `MAX` items: keep it small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PageSize<const MAX: u32>(u32);

impl<const MAX: u32> PageSize<MAX> {
    const BOUNDED: () = assert!(
        MAX >= 1 && MAX as usize <= MAX_LENGTH,
        "`MAX` must be between 1 and 1,048,576"
    );

    /// Returns the size, or `None` if it is not between 1 and `MAX`.
    pub const fn new(items: u32) -> Option<Self> {
        const { Self::BOUNDED };
        if items >= 1 && items <= MAX {
            Some(Self(items))
        } else {
            None
        }
    }

    /// Returns the number of items, at least 1.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const MAX: u32> Default for PageSize<MAX> {
    fn default() -> Self {
        const { Self::BOUNDED };
        Self(MAX.min(DEFAULT_SIZE))
    }
}

impl<'de, const MAX: u32> Deserialize<'de> for PageSize<MAX> {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        let items = u32::deserialize(decoder)?;
        Self::new(items).ok_or_else(|| out_of_range(items, MAX))
    }
}

#[cold]
fn out_of_range<E: Error>(number: u32, max: u32) -> E {
    let expected = format!("must be an integer between 1 and {max}");
    E::invalid_value(Unexpected::Unsigned(number.into()), &expected.as_str())
}

impl<Rules> Bounded<Rules> for PageNumber {
    const NESTED: Nested = Nested::Leaf;

    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, _: &Bounds) -> Schema {
        page_number()
    }
}

#[diagnostic::do_not_recommend]
impl ScalarContract for PageNumber {}

impl<Rules, const MAX: u32> Bounded<Rules> for PageSize<MAX> {
    const NESTED: Nested = Nested::Leaf;

    #[cfg(feature = "schemas")]
    fn schema(_: &mut SchemaGenerator, _: &Bounds) -> Schema {
        page_size(MAX)
    }
}

#[diagnostic::do_not_recommend]
impl<const MAX: u32> ScalarContract for PageSize<MAX> {}

/// One page of a list: the parameters `page` (from 1) and `per_page` (1 to `MAX`).
///
/// Both are optional: the default is the first page with 20 items, or `MAX` if it is smaller. Other
/// parameters are rejected. `MAX` is between 1 and 1,048,576; another value does not compile.
///
/// For a list with more parameters, write a type with a [`PageNumber`] and a [`PageSize`]:
///
/// ```
/// use palisade::input::{PageNumber, PageRequest, PageSize};
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Listing {
///     #[garde(skip)]
///     in_stock: Option<bool>,
///     #[garde(skip)]
///     #[serde(default)]
///     page: PageNumber,
///     #[garde(skip)]
///     #[serde(default)]
///     per_page: PageSize<100>,
/// }
///
/// impl Listing {
///     fn page(&self) -> PageRequest<100> {
///         PageRequest::new(self.page, self.per_page)
///     }
/// }
/// ```
///
/// # Security
///
/// [`offset`](Self::offset) may be beyond the end of the list, and many databases scan all rows before
/// it. If that is expensive, paginate by key instead.
///
/// # Examples
///
/// ```
/// use palisade::input::PageRequest;
/// use palisade::prelude::*;
///
/// #[public(reason = "the catalog is public")]
/// async fn catalog(Valid(Query(page)): Valid<Query<PageRequest<100>>>) -> String {
///     format!("LIMIT {} OFFSET {}", page.limit(), page.offset())
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRequest<const MAX: u32> {
    #[serde(default)]
    page: PageNumber,
    #[serde(default)]
    per_page: PageSize<MAX>,
}

impl<const MAX: u32> PageRequest<MAX> {
    /// Creates a request for a page of this size.
    pub const fn new(page: PageNumber, per_page: PageSize<MAX>) -> Self {
        Self { page, per_page }
    }

    /// Returns the number of the page.
    pub const fn page(&self) -> PageNumber {
        self.page
    }

    /// Returns the size of the page.
    pub const fn per_page(&self) -> PageSize<MAX> {
        self.per_page
    }

    /// Returns the number of items before this page, less than 2^52.
    ///
    /// It fits in an `i64`, like SQL's `OFFSET`, and in a JSON number.
    pub const fn offset(&self) -> u64 {
        // less than 2^32 times at most 2^20 cannot overflow
        (self.page.get() as u64 - 1) * self.per_page.get() as u64
    }

    /// Returns the maximum number of items, from 1 to `MAX`.
    pub const fn limit(&self) -> u32 {
        self.per_page.get()
    }
}

/// Accepts every value: parsing has bounded both fields.
impl<const MAX: u32> Validate for PageRequest<MAX> {
    type Context = ();

    fn validate_into(&self, (): &(), _: &mut dyn FnMut() -> Path, _: &mut Report) {}
}

/// Written by hand, so that rustc does not list it in errors about other types. Both fields are
/// scalars.
#[diagnostic::do_not_recommend]
impl<const MAX: u32> InputContract for PageRequest<MAX> {
    type Context = ();

    fn decode<'de, D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        Self::deserialize(decoder)
    }

    fn shape() -> &'static Shape {
        const FIELDS: &[Field] = &[leaf(&["page"]), leaf(&["per_page"])];
        &Shape::Fields(FIELDS)
    }

    const STOPS_EARLY: bool = true;

    fn check_rules(&self, (): &(), _: &mut dyn FnMut() -> Path, _: &mut Report) {}

    fn check_bounds(&self, _: &mut dyn FnMut() -> Path, _: &mut Report) {}

    #[cfg(feature = "schemas")]
    fn input_schema(_: &mut SchemaGenerator) -> Schema {
        page_request(MAX, Self::default().limit())
    }
}

const fn leaf(names: &'static [&'static str; 1]) -> Field {
    let [rust] = names;
    Field {
        rust,
        names,
        nested: Nested::Leaf,
        has_default: true,
    }
}

impl<Rules, const MAX: u32> Bounded<Rules> for PageRequest<MAX> {
    const NESTED: Nested = Nested::Of(<Self as InputContract>::shape);

    #[cfg(feature = "schemas")]
    fn schema(generator: &mut SchemaGenerator, _: &Bounds) -> Schema {
        definitions::named::<Self>(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::contract::check::check;
    use crate::input::contract::{InputError, InputLocation, Violation};
    use crate::input::decode::{json, urlencoded};

    fn query(text: &str) -> Result<(u64, u32), Violation> {
        let page: PageRequest<100> =
            urlencoded::decode_without_shape(text.as_bytes(), InputLocation::Query, 256)
                .and_then(|page| check(page, InputLocation::Query, &(), || None))
                .map_err(|error| match error {
                    InputError::TypeMismatch(InputLocation::Query, violation) => violation,
                    other => panic!("{other:?}"),
                })?;
        Ok((page.offset(), page.limit()))
    }

    #[test]
    fn missing_parameters_have_defaults() {
        assert_eq!(query(""), Ok((0, 20)));
        assert_eq!(query("page=3"), Ok((40, 20)));
        assert_eq!(query("per_page=7"), Ok((0, 7)));
        assert_eq!(query("per_page=7&page=3"), Ok((14, 7)));
        assert_eq!(PageSize::<19>::default().get(), 19);
        assert_eq!(PageSize::<20>::default().get(), 20);
        assert_eq!(PageSize::<21>::default().get(), 20);
        assert_eq!(PageRequest::<1>::default().limit(), 1);
    }

    #[test]
    fn page_or_size_outside_limits_is_rejected() {
        assert_eq!(query("page=1&per_page=1"), Ok((0, 1)));
        assert_eq!(query("per_page=100"), Ok((0, 100)));
        let assert_rejected = |text, pointer, rule, detail| {
            let violation = Violation::new(pointer, rule, detail);
            assert_eq!(query(text), Err(violation), "{text}");
        };
        let size = "must be an integer between 1 and 100";
        assert_rejected("per_page=101", "per_page", "range", size);
        assert_rejected("per_page=0", "per_page", "range", size);
        let number = "must be an integer between 1 and 4294967295";
        assert_rejected("page=0", "page", "range", number);
        assert_rejected("page=4294967296", "page", "range", "is out of range");
        assert_rejected("page=-1", "page", "range", "is out of range");
        assert_rejected("page=", "page", "type", "must be an integer");
        assert_rejected("page=1&page=2", "page", "unique", "must appear only once");
        assert_rejected("sort=1", "", "unknown", "has an unknown parameter");
    }

    #[test]
    fn largest_offset_is_less_than_2_to_the_52() {
        const MAX: u32 = 1 << 20;
        let largest: PageRequest<MAX> = PageRequest::new(
            PageNumber::new(u32::MAX).unwrap(),
            PageSize::new(MAX).unwrap(),
        );
        assert_eq!(largest.offset(), 4_294_967_294 * 1_048_576);
        assert!(largest.offset() < 1 << 52);
        assert_eq!(PageSize::<MAX>::new(MAX + 1), None);
    }

    #[test]
    fn serialized_value_is_decoded_unchanged() {
        let page: PageRequest<50> =
            json::decode_without_shape(br#"{"page": 2, "per_page": 50}"#).unwrap();
        let text = serde_json::to_string(&page).unwrap();
        assert_eq!(text, r#"{"page":2,"per_page":50}"#);
        assert_eq!(
            json::decode_without_shape::<PageRequest<50>>(text.as_bytes()),
            Ok(page)
        );
        let too_large = json::decode_without_shape::<PageRequest<50>>(br#"{"per_page": 51}"#);
        let violation = Violation::new("/per_page", "range", "must be an integer between 1 and 50");
        assert_eq!(
            too_large,
            Err(InputError::TypeMismatch(InputLocation::Body, violation))
        );
    }
}
