//! The scopes of the API.

palisade::scopes! {
    /// Read orders.
    pub(super) ORDERS_READ = "orders:read";
    /// Create orders.
    pub(super) ORDERS_WRITE = "orders:write";
    /// Delete orders, together with `orders:write`.
    pub(super) ORDERS_DELETE = "orders:delete";
    /// Administer all orders.
    pub(super) ADMIN = "admin";
}
