//! The handler of everyone.

/// What it answers.
pub(super) const ANSWER: &str = "three orders";

/// The handler of everyone whose framework takes a plain one.
pub(super) async fn show_orders() -> &'static str {
    ANSWER
}
