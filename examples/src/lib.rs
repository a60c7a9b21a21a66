//! The orders API that both programs serve, and the calls that show it.

pub mod demo;
pub mod orders;
