//! The orders API that the programs `quickstart` and `orders` serve, its documents, and requests that demonstrate it.

pub mod certificate;
pub mod demo;
pub mod documents;
pub mod orders;
