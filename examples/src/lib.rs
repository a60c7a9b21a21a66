//! The orders API that the programs `quickstart` and `orders` serve, and requests that demonstrate it.

pub mod certificate;
pub mod demo;
pub mod orders;
