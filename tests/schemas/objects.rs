//! Objects, enums and maps whose schema is exact.

use palisade::input::{Identifier, Map, Patch};
use palisade::prelude::*;

use crate::agreement::exact;

exact! {
    nested_types: Order;
    recursive_types: Tree;
    renamed_members: Names;
    optional_members: OptionalMembers;
    fieldless_enums: Choices;
    externally_tagged_enums: External;
    enums_without_unit_variants: Payment;
    internally_tagged_enums: Internal;
    adjacently_tagged_enums: Adjacent;
    unknown_tags: Tolerant;
    newtypes: Sku;
    transparent_types: Wrapped;
    tuple_structs: Point;
    maps: Stock;
    generic_types: Page<Line>;
    changes: Change;
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(dive)]
    sku: Sku,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Order {
    #[garde(dive)]
    first_line: Box<Line>,
    #[garde(dive)]
    gift: Option<Line>,
    #[garde(length(max = 2), dive)]
    more_lines: Vec<Line>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
enum Payment {
    Card(#[garde(dive)] Sku),
    Voucher(#[garde(range(max = 9))] u8),
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Tree {
    #[garde(length(max = 2), dive)]
    children: Vec<Tree>,
    #[garde(dive)]
    twin: Option<Box<Tree>>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Names {
    #[serde(rename = "number", alias = "no", alias = "nr")]
    #[garde(skip)]
    id: u8,
    #[serde(alias = "text")]
    #[garde(length(chars, max = 2))]
    note: Option<String>,
    #[serde(default, alias = "gift")]
    #[garde(skip)]
    is_gift: bool,
    #[serde(skip)]
    #[garde(skip)]
    #[allow(dead_code, reason = "never read")]
    skipped: u8,
}

#[derive(Default, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, default)]
struct OptionalMembers {
    #[garde(skip)]
    first: u8,
    #[garde(length(chars, max = 2))]
    second: String,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
#[serde(rename_all = "kebab-case")]
#[garde(allow_unvalidated)]
enum Color {
    Red,
    #[serde(alias = "lime")]
    LightGreen,
    #[serde(skip)]
    #[allow(dead_code, reason = "never read")]
    Hidden,
}

#[derive(Deserialize, Validate, SecureInput)]
#[garde(allow_unvalidated)]
enum Lenient {
    Known,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Choices {
    #[garde(skip)]
    color: Color,
    #[garde(skip)]
    other: Option<Color>,
    #[garde(skip)]
    lenient: Option<Lenient>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum External {
    Nothing,
    Number(#[garde(range(max = 9))] u8),
    #[serde(alias = "both")]
    Pair(#[garde(range(max = 9))] u8, #[garde(skip)] bool),
    Named {
        #[garde(length(chars, min = 1, max = 2))]
        name: String,
        #[garde(dive)]
        line: Option<Line>,
    },
    Maybe(#[garde(range(max = 9))] Option<u8>),
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, tag = "type")]
enum Internal {
    Opened {},
    #[serde(alias = "Counted")]
    Weighed {
        #[garde(range(min = 0.0, max = 1.0))]
        weight: f64,
    },
    Ordered(#[garde(dive)] Line),
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, tag = "type", content = "value")]
enum Adjacent {
    Opened,
    Counted(#[garde(range(max = 9))] u8),
    Maybe(#[garde(range(max = 9))] Option<u8>),
    Pair(#[garde(skip)] u8, #[garde(skip)] bool),
    Named {
        #[garde(length(chars, max = 2))]
        name: Option<String>,
    },
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, tag = "type", content = "value")]
enum Tolerant {
    Counted(#[garde(range(max = 9))] u8),
    #[serde(other)]
    Unknown,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
struct Sku(#[garde(length(chars, min = 1, max = 3))] String);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent)]
#[garde(transparent)]
struct Limit {
    #[garde(range(max = 9))]
    limit: Option<u8>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    #[garde(dive)]
    limit: Limit,
    #[garde(skip)]
    then: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Point(
    #[garde(range(min = -9, max = 9))] i8,
    #[garde(skip)] u8,
    #[serde(default)]
    #[garde(skip)]
    Option<u8>,
);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Stock {
    #[garde(length(min = 1, max = 2), inner(range(max = 9)))]
    counts: Map<Sku, u8>,
    #[garde(length(max = 2), dive)]
    lines: Map<Identifier<4>, Line>,
    #[garde(length(max = 2))]
    flags: Map<bool, Option<u8>>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Page<T: Validate<Context = ()>> {
    #[garde(length(max = 2), dive)]
    items: Vec<T>,
    #[garde(skip)]
    total: u16,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Change {
    #[garde(length(chars, min = 1, max = 2))]
    #[serde(alias = "nick")]
    name: Patch<String>,
    #[garde(range(min = 1, max = 9))]
    age: Patch<u8>,
    #[garde(inner(length(max = 2), inner(range(max = 9))))]
    numbers: Patch<Vec<u8>>,
    #[garde(dive)]
    line: Patch<Line>,
    #[garde(skip)]
    color: Patch<Color>,
    #[garde(length(max = 2), inner(range(max = 9)))]
    #[serde(default)]
    shares: Vec<Patch<u8>>,
}
