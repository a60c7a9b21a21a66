//! Whether a text is of the order's type, told without serde.

use std::str::FromStr;

use super::order::is_identifier;
use super::strict::Node;

/// Whether strict JSON is an order, rules aside.
pub(super) fn fits(node: &Node) -> bool {
    let required: [Member; 2] = [("sku", text), ("quantity", whole::<u32>)];
    let optional: [Member; 14] = [
        ("unitPrice", |node| or_null(node, number)),
        ("lines", lines),
        ("labels", |node| entries(node, |_| true, text)),
        ("counts", |node| entries(node, is_name::<u8>, whole::<u16>)),
        ("status", |node| or_null(node, status)),
        ("payment", |node| or_null(node, payment)),
        ("delivery", |node| or_null(node, delivery)),
        ("letter", |node| or_null(node, letter)),
        ("big", |node| or_null(node, wide::<u128>)),
        ("debt", |node| or_null(node, wide::<i128>)),
        ("total", |node| or_null(node, whole::<i64>)),
        ("note", |node| or_null(node, text)),
        ("owner", |node| or_null(node, owner)),
        ("next", |node| or_null(node, fits)),
    ];
    object(node, &required, &optional)
}

type Member = (&'static str, fn(&Node) -> bool);

/// An object with all of the required members, perhaps some optional ones, and no others.
fn object(node: &Node, required: &[Member], optional: &[Member]) -> bool {
    let Node::Object(members) = node else {
        return false;
    };
    let is_there = |(name, _): &Member| members.iter().any(|(known, _)| known == name);
    let declared = |name: &str| {
        required
            .iter()
            .chain(optional)
            .find(|(known, _)| *known == name)
    };
    required.iter().all(is_there)
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

/// A whole number as it is written; `-0` is read as a fraction.
fn whole<N: FromStr>(node: &Node) -> bool {
    matches!(node, Node::Number(number) if number != "-0" && is_whole::<N>(number))
}

/// One of 128 bits, for which `-0` is zero where there is a sign.
fn wide<N: FromStr>(node: &Node) -> bool {
    matches!(node, Node::Number(number) if is_whole::<N>(number))
}

/// Digits, perhaps with a minus sign, within the range of `N`.
fn is_whole<N: FromStr>(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<N>().is_ok()
}

/// The same as a member's name, where nobody has looked for zeros in front.
fn is_name<N: FromStr>(text: &str) -> bool {
    is_whole::<N>(text) && (text == "0" || !text.starts_with(['0', '-']))
}

fn items(node: &Node, fits: fn(&Node) -> bool) -> bool {
    matches!(node, Node::Array(items) if items.iter().all(fits))
}

fn line(node: &Node) -> bool {
    object(node, &[("price", whole::<i64>)], &[])
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

/// Externally tagged: a name, or an object of one member. `null` is the content of none.
fn status(node: &Node) -> bool {
    match node {
        Node::Text(name) => name == "draft",
        Node::Object(members) => match members.as_slice() {
            [(name, content)] => match name.as_str() {
                "draft" => matches!(content, Node::Null),
                "sent" => object(content, &[("on", whole::<u8>)], &[]),
                "pair" => items(content, whole::<u8>) && length(content) == 2,
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
        &[("kind", card), ("number", whole::<u8>)],
        &[("lines", lines)],
    ) || object(node, &[("kind", cash)], &[])
}

/// Adjacently tagged.
fn delivery(node: &Node) -> bool {
    let post: fn(&Node) -> bool = |node| matches!(node, Node::Text(name) if name == "post");
    let pickup: fn(&Node) -> bool = |node| matches!(node, Node::Text(name) if name == "pickup");
    let null: fn(&Node) -> bool = |node| matches!(node, Node::Null);
    object(node, &[("how", post), ("what", line)], &[])
        || object(node, &[("how", pickup)], &[("what", null)])
}
