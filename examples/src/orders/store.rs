//! Orders in memory, up to a fixed number.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::model::{Listing, NewOrder, Order, Status};

/// The largest number of orders.
const CAPACITY: usize = 10_000;

/// The shop's orders.
#[derive(Clone, Default)]
pub struct Store {
    orders: Arc<Mutex<BTreeMap<Uuid, Order>>>,
}

impl Store {
    /// Stores a new order; returns `None` if the store is full.
    pub(super) fn create(&self, new: NewOrder) -> Option<Order> {
        let mut orders = self.lock();
        if orders.len() >= CAPACITY {
            return None;
        }
        let order = Order {
            id: Uuid::new_v4(),
            sku: new.sku,
            quantity: new.quantity,
            note: new.note,
            status: Status::Open,
        };
        orders.insert(order.id, order.clone());
        Some(order)
    }

    pub(super) fn show(&self, id: Uuid) -> Option<Order> {
        self.lock().get(&id).cloned()
    }

    pub(super) fn list(&self, listing: &Listing) -> Vec<Order> {
        let window = listing.window();
        let skipped = usize::try_from(window.offset()).unwrap_or(usize::MAX);
        self.lock()
            .values()
            .filter(|order| listing.status.is_none_or(|status| status == order.status))
            .skip(skipped)
            .take(usize::try_from(window.limit()).unwrap_or(usize::MAX))
            .cloned()
            .collect()
    }

    /// Deletes an order; returns whether it existed.
    pub(super) fn delete(&self, id: Uuid) -> bool {
        self.lock().remove(&id).is_some()
    }

    /// Ignores poisoning: no operation leaves the map half changed.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Uuid, Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
