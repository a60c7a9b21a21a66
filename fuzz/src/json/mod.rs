//! A JSON body of a type with everything in it.

mod fits;
mod order;
mod strict;

use palisade::prelude::Json;

use self::fits::fits;
use self::order::Order;
use self::strict::Node;
use crate::verdict::{Verdict, extract, posted, same};

/// What is read means to `serde_json` the same; what is not has a reason that [`Node`] knows.
pub fn json(text: &[u8]) {
    let node = Node::read(text);
    let expected = match &node {
        None => Verdict::Undecodable,
        Some(node) if !fits(node) => Verdict::Unfit,
        Some(_) => {
            let order: Order = serde_json::from_slice(text).expect("it fits");
            if order.holds() {
                Verdict::Accepted(order)
            } else {
                Verdict::Invalid
            }
        }
    };
    let extracted = extract::<Json<Order>, _>(posted("application/json", text));
    let violations = same(extracted.map(|Json(order)| order), &expected);
    if let Some(node) = node {
        for violation in violations {
            assert!(node.has(violation.pointer()), "{violation:?}");
        }
    }
}
