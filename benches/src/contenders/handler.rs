//! The handler behind every guard.

/// The response body.
pub(super) const BODY: &str = "three orders";

/// The handler for every contender that mounts plain handlers.
pub(super) async fn show_orders() -> &'static str {
    BODY
}
