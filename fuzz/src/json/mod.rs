//! A JSON body, compared with `serde_json` and an independent parser.

mod order;
mod order_type;
mod strict;

use palisade::prelude::Json;

use self::order::Order;
use self::order_type::is_order;
use self::strict::Node;
use crate::outcome::{Outcome, assert_outcome, extract, post};

/// Checks that an accepted text has the value that `serde_json` returns.
///
/// The expected outcome of any other text follows from [`Node`], and the pointers of its violations exist.
pub fn json(text: &[u8]) {
    let node = Node::read(text);
    let expected = match &node {
        None => Outcome::Malformed,
        Some(node) if !is_order(node) => Outcome::TypeMismatch,
        Some(_) => {
            let order: Order = serde_json::from_slice(text).expect("the text is an order");
            if order.satisfies_rules() {
                Outcome::Accepted(order)
            } else {
                Outcome::Invalid
            }
        }
    };
    let extracted = extract::<Json<Order>, _>(post("application/json", text));
    let violations = assert_outcome(extracted.map(|Json(order)| order), &expected);
    if let Some(node) = node {
        for violation in violations {
            assert!(node.contains(violation.pointer()), "{violation:?}");
        }
    }
}
