//! The values of a type that Palisade does not check, at every depth.

use std::ptr;

use crate::input::shape::{Field, Nested, Shape, Statement, Tagging};

/// A value that Palisade does not check.
pub(crate) struct Unchecked {
    /// A JSON Pointer, with `*` for every item and every key.
    pub(crate) pointer: String,
    pub(crate) statement: Statement,
}

/// Returns the unchecked values of a type, in the order of its fields.
///
/// A recursive type is searched at its first pointer only. Variants that have an unchecked value at the
/// same pointer, for the same reason, list it once.
pub(crate) fn unchecked(shape: &'static Shape) -> Vec<Unchecked> {
    let mut search = Search::default();
    search.enter(shape);
    search.found
}

#[derive(Default)]
struct Search {
    pointer: String,
    /// The recursive types that were searched: their values have no end of pointers.
    recursive: Vec<&'static Shape>,
    found: Vec<Unchecked>,
}

impl Search {
    fn enter(&mut self, shape: &'static Shape) {
        let inside = types_inside(shape);
        if !has_value(shape, |nested| matches!(nested, Nested::Unchecked(_))) {
            return;
        }
        if contains(&inside, shape) {
            if contains(&self.recursive, shape) {
                return;
            }
            self.recursive.push(shape);
        }
        self.content(shape);
    }

    fn content(&mut self, shape: &'static Shape) {
        match shape {
            Shape::Fields(fields) => self.fields(fields),
            Shape::Newtype(nested) | Shape::Transparent(nested) => self.nested(*nested),
            Shape::Tuple(elements, _) => self.elements(elements),
            Shape::Partial(shape, unread) => {
                self.content(shape);
                self.fields(unread);
            }
            Shape::Variants(tagging, variants) => {
                for variant in *variants {
                    match *tagging {
                        Tagging::External => {
                            let name = variant.names.first().copied().unwrap_or_default();
                            self.within(name, |search| search.content(&variant.content));
                        }
                        Tagging::Internal(_) => self.content(&variant.content),
                        Tagging::Adjacent(_, content) => {
                            self.within(content, |search| search.content(&variant.content));
                        }
                    }
                }
            }
        }
    }

    fn fields(&mut self, fields: &'static [Field]) {
        for field in fields {
            let name = field.names.first().copied().unwrap_or(field.rust);
            self.within(name, |search| search.nested(field.nested));
        }
    }

    fn elements(&mut self, elements: &'static [Nested]) {
        for (index, element) in elements.iter().enumerate() {
            self.within(&index.to_string(), |search| search.nested(*element));
        }
    }

    fn nested(&mut self, nested: Nested) {
        match nested {
            Nested::Leaf | Nested::Written(_) | Nested::File(_) => {}
            Nested::Unchecked(statement) => self.record(statement),
            Nested::Optional(value) | Nested::Patch(value) => self.nested(*value),
            Nested::List(item, _) | Nested::Unordered(item, _) | Nested::Array(item, _) => {
                self.within("*", |search| search.nested(*item));
            }
            Nested::Entries(value, _, key) => {
                self.within("*", |search| {
                    search.nested(*key);
                    search.nested(*value);
                });
            }
            Nested::Tuple(elements) => self.elements(elements),
            Nested::Of(shape) => self.enter(shape()),
        }
    }

    fn record(&mut self, statement: Statement) {
        let is_same =
            |other: &Unchecked| other.pointer == self.pointer && other.statement == statement;
        if !self.found.iter().any(is_same) {
            let pointer = self.pointer.clone();
            self.found.push(Unchecked { pointer, statement });
        }
    }

    /// Searches below a member, whose name is escaped as in RFC 6901 §3.
    fn within(&mut self, name: &str, search: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer
            .push_str(&name.replace('~', "~0").replace('/', "~1"));
        search(self);
        self.pointer.truncate(length);
    }
}

/// Returns whether a type has such a value, at every depth.
pub(crate) fn has_value(shape: &'static Shape, is_such: fn(Nested) -> bool) -> bool {
    let inside = types_inside(shape);
    let mut has_value = false;
    for shape in std::iter::once(shape).chain(inside) {
        each_nested(shape, &mut |nested| has_value |= is_such(nested));
    }
    has_value
}

/// Returns the types inside a type, at every depth.
fn types_inside(shape: &'static Shape) -> Vec<&'static Shape> {
    let mut inside: Vec<&'static Shape> = Vec::new();
    let mut pending = vec![shape];
    while let Some(next) = pending.pop() {
        each_nested(next, &mut |nested| {
            if let Nested::Of(shape) = nested
                && !contains(&inside, shape())
            {
                inside.push(shape());
                pending.push(shape());
            }
        });
    }
    inside
}

fn contains(shapes: &[&'static Shape], shape: &'static Shape) -> bool {
    shapes.iter().any(|other| ptr::eq(*other, shape))
}

/// Visits every value of a type, but not inside other types.
fn each_nested(shape: &Shape, visit: &mut dyn FnMut(Nested)) {
    match shape {
        Shape::Fields(fields) => fields.iter().for_each(|field| inside(field.nested, visit)),
        Shape::Newtype(nested) | Shape::Transparent(nested) => inside(*nested, visit),
        Shape::Tuple(elements, _) => elements.iter().for_each(|element| inside(*element, visit)),
        Shape::Partial(shape, unread) => {
            each_nested(shape, visit);
            unread.iter().for_each(|field| inside(field.nested, visit));
        }
        Shape::Variants(_, variants) => {
            let contents = variants.iter().map(|variant| &variant.content);
            contents.for_each(|content| each_nested(content, visit));
        }
    }
}

fn inside(nested: Nested, visit: &mut dyn FnMut(Nested)) {
    visit(nested);
    match nested {
        Nested::Leaf
        | Nested::Written(_)
        | Nested::File(_)
        | Nested::Unchecked(_)
        | Nested::Of(_) => {}
        Nested::Optional(value) | Nested::Patch(value) => inside(*value, visit),
        Nested::List(item, _) | Nested::Unordered(item, _) | Nested::Array(item, _) => {
            inside(*item, visit);
        }
        Nested::Entries(value, _, key) => {
            inside(*key, visit);
            inside(*value, visit);
        }
        Nested::Tuple(elements) => elements.iter().for_each(|element| inside(*element, visit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::shape::Variant;

    const REASON: Nested = Nested::Unchecked(Statement::Unvalidated("a reason"));

    fn pointers(shape: &'static Shape) -> Vec<String> {
        let found = unchecked(shape).into_iter();
        found.map(|found| found.pointer).collect()
    }

    const fn field(name: &'static [&'static str; 1], nested: Nested) -> Field {
        let [rust] = name;
        Field {
            rust,
            names: name,
            nested,
            has_default: false,
        }
    }

    fn address() -> &'static Shape {
        const FIELDS: &[Field] = &[field(&["city"], Nested::Leaf), field(&["a/b~c"], REASON)];
        const { &Shape::Fields(FIELDS) }
    }

    /// A tree whose nodes hold two kinds of each other.
    fn node() -> &'static Shape {
        const CHILDREN: Nested = Nested::List(&Nested::Of(leaf), 9);
        const FIELDS: &[Field] = &[
            field(&["leaves"], CHILDREN),
            field(&["left"], Nested::Of(node)),
            field(&["raw"], REASON),
        ];
        const { &Shape::Fields(FIELDS) }
    }

    fn leaf() -> &'static Shape {
        const FIELDS: &[Field] = &[
            field(&["parent"], Nested::Of(node)),
            field(&["note"], REASON),
        ];
        const { &Shape::Fields(FIELDS) }
    }

    #[test]
    fn types_used_twice_are_listed_twice_with_escaped_names() {
        const FIELDS: &[Field] = &[
            field(&["billing"], Nested::Of(address)),
            field(
                &["others"],
                Nested::List(&Nested::Unordered(&Nested::Of(address), 9), 9),
            ),
            field(&["pair"], Nested::Tuple(&[Nested::Leaf, REASON])),
            field(&["map"], Nested::Entries(&Nested::Of(address), 9, &REASON)),
        ];
        const SHAPE: Shape = Shape::Fields(FIELDS);
        assert_eq!(
            pointers(&SHAPE),
            [
                "/billing/a~1b~0c",
                "/others/*/*/a~1b~0c",
                "/pair/1",
                "/map/*",
                "/map/*/a~1b~0c"
            ]
        );
    }

    #[test]
    fn recursive_types_are_listed_once() {
        assert_eq!(pointers(node()), ["/leaves/*/note", "/raw"]);
        assert_eq!(pointers(leaf()), ["/parent/raw", "/note"]);
    }

    #[test]
    fn variants_are_listed_as_their_tagging_writes_them() {
        const CONTENT: Shape = Shape::Fields(&[field(&["raw"], REASON)]);
        const VARIANTS: &[Variant] = &[
            Variant {
                names: &["moved"],
                is_other: false,
                content: CONTENT,
            },
            Variant {
                names: &["sent"],
                is_other: false,
                content: Shape::Newtype(Nested::Of(address)),
            },
        ];
        const EXTERNAL: Shape = Shape::Variants(Tagging::External, VARIANTS);
        const INTERNAL: Shape = Shape::Variants(Tagging::Internal("t"), VARIANTS);
        const ADJACENT: Shape = Shape::Variants(Tagging::Adjacent("t", "c"), VARIANTS);
        assert_eq!(pointers(&EXTERNAL), ["/moved/raw", "/sent/a~1b~0c"]);
        assert_eq!(pointers(&INTERNAL), ["/raw", "/a~1b~0c"]);
        assert_eq!(pointers(&ADJACENT), ["/c/raw", "/c/a~1b~0c"]);
    }
}
