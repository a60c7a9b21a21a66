//! Input and output types.

use palisade::input::{Identifier, PageNumber, PageRequest, PageSize};
use palisade::prelude::*;
use palisade::schemars::{self, JsonSchema};
use uuid::Uuid;

/// The input for a new order.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    #[garde(skip)] // parsing is the check
    pub(super) sku: Identifier<64>,
    #[garde(range(min = 1, max = 100))]
    pub(super) quantity: u32,
    #[garde(length(chars, max = 500))]
    pub(super) note: Option<String>,
}

/// The query that selects orders.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    #[serde(default)]
    #[garde(skip)]
    pub(super) page: PageNumber,
    #[serde(default)]
    #[garde(skip)]
    pub(super) per_page: PageSize<100>,
    #[garde(skip)]
    pub(super) status: Option<Status>,
}

/// The state of an order.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, SecureInput, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Open,
    Shipped,
    Cancelled,
}

/// An order as it is stored and returned.
#[derive(Clone, Serialize, JsonSchema)]
pub(super) struct Order {
    pub(super) id: Uuid,
    pub(super) sku: Identifier<64>,
    pub(super) quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    pub(super) status: Status,
}

/// The caller, as `GET /whoami` returns it.
#[derive(Serialize, JsonSchema)]
pub(super) struct CallerSummary {
    pub(super) sub: String,
    pub(super) client_id: Option<String>,
    pub(super) scopes: Vec<String>,
}

impl Listing {
    /// Returns the selected part of the orders that have the status.
    pub(super) fn window(&self) -> PageRequest<100> {
        PageRequest::new(self.page, self.per_page)
    }
}
