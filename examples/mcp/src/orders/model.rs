//! The scopes, the input and the store of the tools.

use std::sync::{Arc, Mutex, PoisonError};

use palisade::prelude::*;
use schemars::JsonSchema;

scopes! {
    /// List orders.
    pub ORDERS_READ = "orders:read";
    /// Create orders, and list them.
    pub ORDERS_WRITE = "orders:write" implies ORDERS_READ;
    /// Refund payments.
    pub PAYMENTS_REFUND = "payments:refund";
}

/// The most orders that the store keeps.
const CAPACITY: usize = 10_000;

/// The input for a new order.
#[derive(Serialize, Deserialize, JsonSchema, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// The number of the article.
    #[garde(length(chars, min = 1, max = 64))]
    pub(super) sku: String,
    #[garde(range(min = 1, max = 100))]
    pub(super) quantity: u32,
}

/// The input for a refund.
#[derive(Serialize, Deserialize, JsonSchema, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// The number of the order.
    #[garde(skip)] // every number is a valid question
    pub(super) order: u32,
}

/// An order as it is stored and returned.
#[derive(Clone, Serialize, JsonSchema)]
pub(super) struct Order {
    number: usize,
    pub(super) sku: String,
    pub(super) quantity: u32,
    #[serde(skip)]
    owner: Owner,
    is_refunded: bool,
}

/// The issuer and the subject of a caller.
pub(super) type Owner = (String, String);

/// The orders of all callers.
#[derive(Clone, Default)]
pub(super) struct Store(Arc<Mutex<Vec<Order>>>);

impl Store {
    /// Adds an order; `None` if the store is full.
    pub(super) fn create(&self, order: NewOrder, owner: Owner) -> Option<Order> {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if orders.len() >= CAPACITY {
            return None;
        }
        let order = Order {
            number: orders.len(),
            sku: order.sku,
            quantity: order.quantity,
            owner,
            is_refunded: false,
        };
        orders.push(order.clone());
        Some(order)
    }

    pub(super) fn list(&self, owner: &Owner) -> Vec<Order> {
        let orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_owner = orders.iter().filter(|order| order.owner == *owner);
        of_owner.cloned().collect()
    }

    /// Marks an order of the owner as refunded, and returns whether there is one.
    pub(super) fn refund(&self, number: u32, owner: &Owner) -> bool {
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = usize::try_from(number).ok();
        let order = index.and_then(|index| orders.get_mut(index));
        match order.filter(|order| order.owner == *owner) {
            Some(order) => {
                order.is_refunded = true;
                true
            }
            None => false,
        }
    }
}
