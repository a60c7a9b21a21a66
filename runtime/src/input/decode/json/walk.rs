//! Compares a text with the shape of its type, without building its values.
//!
//! The decoder stops a list at its largest count and knows neither the location of the list nor, inside
//! a tagged enum, the shape of a value. garde reports paths of Rust names. All three are looked up
//! here, in one walk over the text.

mod findings;
mod mismatches;
mod scalars;
mod tags;
mod targets;

use std::cell::OnceCell;

use garde::error::Path;

use self::findings::{Findings, Mismatch};
use self::tags::{Tags, find_variant};
use self::targets::Targets;
use crate::input::decode::error::Segment;
use crate::input::decode::json::cursor::{Cursor, Ends};
use crate::input::shape::position::{
    Position, declared_name, field_index, field_named, variant_named,
};
use crate::input::shape::{Field, Nested, Shape, Statement, Tagging, Variant};

/// Compares a valid text with a shape.
///
/// In a merge patch, null must not clear a member for which it means the same as no member.
pub(super) fn compare(text: &str, shape: &'static Shape, is_merge_patch: bool) -> Findings {
    let mut findings = Findings::default();
    let mut walk = Walk {
        is_merge_patch,
        ..Walk::new(text, Targets::new(&[]), Some(&mut findings))
    };
    if walk.document(shape).is_none() {
        findings.mismatch(&[], Mismatch::Form);
    }
    findings
}

/// Returns the JSON Pointers (RFC 6901) of the paths that garde reports about a valid text.
pub(crate) fn pointers(text: &[u8], shape: &'static Shape, paths: &[&Path]) -> Vec<String> {
    let text = str::from_utf8(text).unwrap_or_default();
    let mut walk = Walk::new(text, Targets::new(paths), None);
    // it ends once every pointer is found
    let _ = walk.document(shape);
    walk.targets.into_pointers()
}

/// The value at which the walk is.
#[derive(Clone, Copy)]
struct Here<'h> {
    position: Position,
    /// The targets inside the value.
    inside: &'h [usize],
    /// The number of components of the targets' paths that lead here.
    depth: usize,
    tags: Option<&'h Tags<'h>>,
}

/// A walk that compares the text with the shape, or looks up the pointers of targets.
struct Walk<'w> {
    text: &'w str,
    /// The ends of the text's values, once a tag is searched for.
    ends: OnceCell<Ends>,
    targets: Targets<'w>,
    findings: Option<&'w mut Findings>,
    path: Vec<Segment>,
    /// The number of maps around the value; the client named their members, so the pointer ends there.
    maps: usize,
    /// The number of tagged enums around the value.
    tagged: usize,
    /// The number of arrays around the value; an array is a new value (RFC 7396 §1).
    arrays: usize,
    is_merge_patch: bool,
}

impl<'w> Walk<'w> {
    fn new(text: &'w str, targets: Targets<'w>, findings: Option<&'w mut Findings>) -> Self {
        Self {
            text,
            ends: OnceCell::new(),
            targets,
            findings,
            path: Vec::new(),
            maps: 0,
            tagged: 0,
            arrays: 0,
            is_merge_patch: false,
        }
    }

    /// Visits the whole text; returns `None` if the walk ended before.
    fn document(&mut self, shape: &'static Shape) -> Option<()> {
        let inside = self.targets.all();
        let here = Here {
            position: Position::Shape(shape),
            inside: &inside,
            depth: 0,
            tags: None,
        };
        self.value(&mut Cursor::new(self.text), here)
    }

    /// Visits a value; returns `None` if the walk is over.
    fn value(&mut self, cursor: &mut Cursor<'_>, here: Here<'_>) -> Option<()> {
        if self.findings.is_none() && here.inside.is_empty() {
            return cursor.skip();
        }
        let outcome = self.content(cursor, here);
        self.targets
            .end(here.inside, here.depth, &self.path, here.position);
        let is_over = match &self.findings {
            Some(findings) => findings.mismatch.is_some(),
            None => self.targets.are_found(),
        };
        outcome.filter(|()| !is_over)
    }

    fn content(&mut self, cursor: &mut Cursor<'_>, here: Here<'_>) -> Option<()> {
        // an `Option`; other types reject it
        if cursor.peek()? == b'n' {
            return cursor.skip();
        }
        let (position, named) = here.position.resolved();
        let here = Here {
            depth: here.depth.saturating_add(named),
            ..here
        };
        match position {
            Position::Nested(Nested::List(item, max)) => self.list(cursor, here, *max, |_| item),
            Position::Nested(Nested::Unordered(item, max)) => {
                let here = Here {
                    inside: &[],
                    ..here
                };
                self.list(cursor, here, *max, |_| item)
            }
            Position::Nested(Nested::Array(item, count)) => {
                self.tuple(cursor, here, *count, &[], |_| item)
            }
            Position::Nested(Nested::Tuple(elements)) => {
                let element = |index| elements.get(index).unwrap_or(&Nested::Leaf);
                self.tuple(cursor, here, elements.len(), &[], element)
            }
            Position::Shape(Shape::Tuple(elements, skipped)) => {
                let element = |index| elements.get(index).unwrap_or(&Nested::Leaf);
                self.tuple(cursor, here, elements.len(), skipped, element)
            }
            Position::Nested(Nested::Entries(value, max, key)) => {
                self.map(cursor, here, (key, value), *max)
            }
            Position::Shape(Shape::Fields(fields)) => self.object(cursor, here, fields),
            Position::Shape(Shape::Variants(tagging, variants)) => {
                self.variants(cursor, here, *tagging, variants)
            }
            Position::Nested(Nested::Unchecked(Statement::Unvalidated(_))) => cursor.skip(),
            Position::Nested(Nested::Unchecked(Statement::Accepts(_))) => {
                self.scalar_of_api(cursor)
            }
            Position::Nested(Nested::Written(notation)) => self.written(cursor, *notation),
            _ => self.scalar(cursor),
        }
    }

    fn list(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: Here<'_>,
        max: usize,
        item: impl Fn(usize) -> &'static Nested,
    ) -> Option<()> {
        let count = self.items(cursor, here, max, &[], item)?;
        if let Some(findings) = &mut self.findings {
            findings.check_count(&self.path, count, max);
        }
        Some(())
    }

    /// Visits a list with a fixed number of elements, which serde checks unless it is buffered.
    fn tuple(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: Here<'_>,
        count: usize,
        skipped: &[usize],
        element: impl Fn(usize) -> &'static Nested,
    ) -> Option<()> {
        if self.items(cursor, here, count, skipped, element)? > count {
            return self.mismatch(Mismatch::ElementCount);
        }
        Some(())
    }

    /// Visits the first `max` items of a list; returns the number of all.
    ///
    /// The targets have the indices of fields, without which serde reads those that are `skipped`.
    fn items(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: Here<'_>,
        max: usize,
        skipped: &[usize],
        item: impl Fn(usize) -> &'static Nested,
    ) -> Option<usize> {
        let mut count = 0;
        if cursor.peek()? != b'[' {
            cursor.skip()?;
            return Some(count);
        }
        let mut next = self
            .targets
            .next_index(here.inside, here.depth, field_index(skipped, 0));
        self.arrays += 1;
        cursor.items(|cursor, index| {
            count = index.saturating_add(1);
            let field = field_index(skipped, index);
            if index >= max || (self.findings.is_none() && field != next) {
                return cursor.skip();
            }
            let item = item(index);
            if let Nested::Leaf = item
                && self.findings.is_some()
                && !matches!(cursor.peek()?, b'[' | b'{')
            {
                return cursor.skip();
            }
            let inside = self.targets.in_item(here.inside, here.depth, field);
            let position = Position::Nested(item);
            let outcome = self.below(Segment::Index(index), |walk| {
                walk.value(cursor, here.child(position, &inside))
            });
            let start = field_index(skipped, count);
            next = self.targets.next_index(here.inside, here.depth, start);
            outcome
        })?;
        self.arrays -= 1;
        Some(count)
    }

    fn map(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: Here<'_>,
        (key, value): (&'static Nested, &'static Nested),
        max: usize,
    ) -> Option<()> {
        if cursor.peek()? != b'{' {
            return cursor.skip();
        }
        let notation = match Position::Nested(key).resolved().0 {
            Position::Nested(Nested::Written(notation)) => Some(*notation),
            _ => None,
        };
        let mut count = 0_usize;
        self.maps += 1;
        cursor.members(|cursor, name| {
            if here.tags.is_some() && Tags::contain(here.tags, &name.read()?) {
                return cursor.skip();
            }
            if let Some(notation) = notation
                && !notation.accepts(&name.read()?)
            {
                return self.skip_mismatch(cursor);
            }
            count += 1;
            if count > max {
                return cursor.skip();
            }
            self.value(cursor, here.child(Position::Nested(value), &[]))
        })?;
        self.maps -= 1;
        if let Some(findings) = &mut self.findings {
            findings.check_count(&self.path, count, max);
        }
        Some(())
    }

    fn object(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: Here<'_>,
        fields: &'static [Field],
    ) -> Option<()> {
        match cursor.peek()? {
            b'{' => {}
            b'[' => return self.skip_mismatch(cursor),
            _ => return cursor.skip(),
        }
        cursor.members(|cursor, name| {
            let name = name.read()?;
            if Tags::contain(here.tags, &name) {
                return cursor.skip();
            }
            let Some(field) = field_named(fields, &name) else {
                return self.unknown_member(cursor);
            };
            let inside = self.targets.in_field(here.inside, here.depth, field.rust);
            let name = declared_name(field.names, &name);
            self.below(Segment::Name(name), |walk| {
                walk.require_clearable(cursor, || field.confuses_null())?;
                walk.value(cursor, here.child(Position::Nested(&field.nested), &inside))
            })
        })
    }

    fn variants(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: Here<'_>,
        tagging: Tagging,
        variants: &'static [Variant],
    ) -> Option<()> {
        let tag = match tagging {
            Tagging::External if cursor.peek()? == b'"' => return cursor.skip(),
            _ if cursor.peek()? != b'{' => return self.skip_mismatch(cursor),
            Tagging::External => return self.external(cursor, here, variants),
            Tagging::Internal(tag) | Tagging::Adjacent(tag, _) => tag,
        };
        let ends = || self.ends.get_or_init(|| Ends::of(self.text));
        let variant = find_variant(*cursor, tag, variants, ends);
        // an enum around it has consumed its own tag
        let variant = variant.filter(|_| !Tags::contain(here.tags, tag));
        let Some(variant) = variant else {
            return self.skip_mismatch(cursor);
        };
        self.tagged += 1;
        if let Tagging::Adjacent(_, content) = tagging {
            self.adjacent(cursor, here, (tag, content), variant)?;
        } else {
            let (name, outer) = (tag, here.tags);
            let tags = Some(&Tags { name, outer });
            self.value(
                cursor,
                Here {
                    tags,
                    ..here.in_content(variant)
                },
            )?;
        }
        self.tagged -= 1;
        Some(())
    }

    fn external(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: Here<'_>,
        variants: &'static [Variant],
    ) -> Option<()> {
        let mut is_known = false;
        cursor.members(|cursor, name| {
            let name = name.read()?;
            if Tags::contain(here.tags, &name) {
                return cursor.skip();
            }
            let variant = variant_named(variants, &name).filter(|_| !is_known);
            let Some(variant) = variant else {
                return self.skip_mismatch(cursor);
            };
            is_known = true;
            let name = declared_name(variant.names, &name);
            self.below(Segment::Name(name), |walk| {
                walk.value(cursor, here.in_content(variant))
            })
        })?;
        if is_known {
            Some(())
        } else {
            self.mismatch(Mismatch::Form)
        }
    }

    fn adjacent(
        &mut self,
        cursor: &mut Cursor<'_>,
        here: Here<'_>,
        (tag, content): (&'static str, &'static str),
        variant: &'static Variant,
    ) -> Option<()> {
        cursor.members(|cursor, name| {
            let name = name.read()?;
            if name == content {
                self.below(Segment::Name(content), |walk| {
                    let content = Position::Shape(&variant.content);
                    walk.require_clearable(cursor, || content.is_optional())?;
                    walk.value(cursor, here.in_content(variant))
                })
            } else if name == tag || Tags::contain(here.tags, &name) {
                cursor.skip()
            } else {
                self.unknown_member(cursor)
            }
        })
    }

    /// Runs `visit` at a child of the value.
    fn below<T>(&mut self, segment: Segment, visit: impl FnOnce(&mut Self) -> T) -> T {
        if self.maps > 0 {
            return visit(self);
        }
        self.path.push(segment);
        let outcome = visit(self);
        self.path.pop();
        outcome
    }
}

impl<'h> Here<'h> {
    /// Returns the content of a variant, which garde does not name.
    fn in_content(self, variant: &'static Variant) -> Self {
        Self {
            position: Position::Shape(&variant.content),
            tags: None,
            ..self
        }
    }

    fn child(self, position: Position, inside: &'h [usize]) -> Self {
        Self {
            position,
            inside,
            depth: self.depth.saturating_add(1),
            tags: None,
        }
    }
}
