//! What comes in and what goes out.

use palisade::input::{Identifier, PageNumber, PageRequest, PageSize};
use palisade::prelude::*;
use uuid::Uuid;

/// An order to be made.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    #[garde(skip)] // parsing it is the check
    pub(super) sku: Identifier<64>,
    #[garde(range(min = 1, max = 100))]
    pub(super) quantity: u32,
    #[garde(length(chars, max = 500))]
    pub(super) note: Option<String>,
}

/// Which orders to list.
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

/// Where an order is on its way.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, SecureInput)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Open,
    Shipped,
    Cancelled,
}

/// An order as it is stored and answered.
#[derive(Clone, Serialize)]
pub(super) struct Order {
    pub(super) id: Uuid,
    pub(super) sku: Identifier<64>,
    pub(super) quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    pub(super) status: Status,
}

/// Who is calling.
#[derive(Serialize)]
pub(super) struct WhoAmI {
    pub(super) sub: String,
    pub(super) client_id: Option<String>,
    pub(super) scopes: Vec<String>,
}

impl Listing {
    /// Which orders of all that have the status.
    pub(super) fn window(&self) -> PageRequest<100> {
        PageRequest::new(self.page, self.per_page)
    }
}
