//! Decides without serde whether a JSON value is of the order's type.

use std::str::FromStr;

use super::order::is_identifier;
use super::strict::Node;

/// Whether a value is an order, regardless of its rules.
pub(super) fn is_order(node: &Node) -> bool {
    let required: [Member; 2] = [("sku", text), ("quantity", integer::<u32>)];
    let optional: [Member; 14] = [
        ("unitPrice", |node| or_null(node, number)),
        ("lines", lines),
        ("labels", |node| entries(node, |_| true, text)),
        ("counts", |node| {
            entries(node, is_integer_name::<u8>, integer::<u16>)
        }),
        ("status", |node| or_null(node, status)),
        ("payment", |node| or_null(node, payment)),
        ("delivery", |node| or_null(node, delivery)),
        ("letter", |node| or_null(node, letter)),
        ("big", |node| or_null(node, integer_128::<u128>)),
        ("debt", |node| or_null(node, integer_128::<i128>)),
        ("total", |node| or_null(node, integer::<i64>)),
        ("note", |node| or_null(node, text)),
        ("owner", |node| or_null(node, owner)),
        ("next", |node| or_null(node, is_order)),
    ];
    object(node, &required, &optional)
}

type Member = (&'static str, fn(&Node) -> bool);

/// Whether a value is an object with all required members and no undeclared ones.
fn object(node: &Node, required: &[Member], optional: &[Member]) -> bool {
    let Node::Object(members) = node else {
        return false;
    };
    let is_present = |(name, _): &Member| members.iter().any(|(other, _)| other == name);
    let declared = |name: &str| {
        required
            .iter()
            .chain(optional)
            .find(|(other, _)| *other == name)
    };
    required.iter().all(is_present)
        && members
            .iter()
            .all(|(name, node)| declared(name).is_some_and(|(_, fits)| fits(node)))
}

fn or_null(node: &Node, fits: fn(&Node) -> bool) -> bool {
    matches!(node, Node::Null) || fits(node)
}

fn text(node: &Node) -> bool {
    matches!(node, Node::Text(_))
}

fn number(node: &Node) -> bool {
    matches!(node, Node::Number(_))
}

fn letter(node: &Node) -> bool {
    matches!(node, Node::Text(text) if text.chars().count() == 1)
}

fn owner(node: &Node) -> bool {
    matches!(node, Node::Text(text) if is_identifier(text))
}

/// Whether a value is an integer within the range of `N`; `serde_json` reads `-0` as a fraction.
fn integer<N: FromStr>(node: &Node) -> bool {
    matches!(node, Node::Number(number) if number != "-0" && is_integer::<N>(number))
}

/// Whether a value is a 128-bit integer; `-0` is zero if the type is signed.
fn integer_128<N: FromStr>(node: &Node) -> bool {
    matches!(node, Node::Number(number) if is_integer::<N>(number))
}

/// Whether a text is digits with an optional minus sign, within the range of `N`.
fn is_integer<N: FromStr>(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<N>().is_ok()
}

/// Whether a member name is an integer; a JSON string may have leading zeros, so they are rejected here.
fn is_integer_name<N: FromStr>(text: &str) -> bool {
    is_integer::<N>(text) && (text == "0" || !text.starts_with(['0', '-']))
}

fn items(node: &Node, fits: fn(&Node) -> bool) -> bool {
    matches!(node, Node::Array(items) if items.iter().all(fits))
}

fn line(node: &Node) -> bool {
    object(node, &[("price", integer::<i64>)], &[])
}

fn lines(node: &Node) -> bool {
    items(node, line)
}

fn entries(node: &Node, name_fits: fn(&str) -> bool, fits: fn(&Node) -> bool) -> bool {
    let Node::Object(members) = node else {
        return false;
    };
    members
        .iter()
        .all(|(name, node)| name_fits(name) && fits(node))
}

/// Externally tagged: a name, or an object of one member. The content of a unit variant is `null`.
fn status(node: &Node) -> bool {
    match node {
        Node::Text(name) => name == "draft",
        Node::Object(members) => match members.as_slice() {
            [(name, content)] => match name.as_str() {
                "draft" => matches!(content, Node::Null),
                "sent" => object(content, &[("on", integer::<u8>)], &[]),
                "pair" => items(content, integer::<u8>) && length(content) == 2,
                "held" => line(content),
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

fn length(node: &Node) -> usize {
    match node {
        Node::Array(items) => items.len(),
        _ => 0,
    }
}

/// Internally tagged.
fn payment(node: &Node) -> bool {
    let card: fn(&Node) -> bool = |node| matches!(node, Node::Text(name) if name == "card");
    let cash: fn(&Node) -> bool = |node| matches!(node, Node::Text(name) if name == "cash");
    object(
        node,
        &[("kind", card), ("number", integer::<u8>)],
        &[("lines", lines)],
    ) || object(node, &[("kind", cash)], &[])
}

/// Adjacently tagged.
fn delivery(node: &Node) -> bool {
    let post: fn(&Node) -> bool = |node| matches!(node, Node::Text(name) if name == "post");
    let pickup: fn(&Node) -> bool = |node| matches!(node, Node::Text(name) if name == "pickup");
    let null: fn(&Node) -> bool = |node| matches!(node, Node::Null);
    object(node, &[("method", post), ("line", line)], &[])
        || object(node, &[("method", pickup)], &[("line", null)])
}
