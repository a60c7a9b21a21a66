//! The tags of enums, which are members among those of the content.

use crate::input::decode::json::cursor::{Cursor, Ends};
use crate::input::shape::Variant;
use crate::input::shape::position::variant_named;

/// The members of an object that belong to the tagged enums around it.
pub(super) struct Tags<'t> {
    pub(super) name: &'static str,
    pub(super) outer: Option<&'t Self>,
}

impl Tags<'_> {
    pub(super) fn contain(tags: Option<&Self>, name: &str) -> bool {
        tags.is_some_and(|tags| tags.name == name || Self::contain(tags.outer, name))
    }
}

/// Returns the variant that the member `tag` of an object names.
///
/// `ends` returns the ends of the values before the tag.
pub(super) fn find_variant<'e>(
    mut cursor: Cursor<'_>,
    tag: &str,
    variants: &'static [Variant],
    mut ends: impl FnMut() -> &'e Ends,
) -> Option<&'static Variant> {
    let mut variant = None;
    let _ = cursor.members(|cursor, name| {
        if name.read()? != tag {
            return cursor.skip_by(ends());
        }
        if cursor.peek()? == b'"' {
            variant = variant_named(variants, &cursor.string()?.read()?);
        }
        // the names are unique
        None
    });
    variant
}
