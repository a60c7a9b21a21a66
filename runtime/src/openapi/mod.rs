//! An [OpenAPI 3.1] description of an [`Api`](crate::Api), and a page for people.
//!
//! Everything comes from the declarations that the guard enforces, and from the types of input and output. Comes
//! after `routing`, whose inventory lists the routes.
//!
//! [OpenAPI 3.1]: https://spec.openapis.org/oas/v3.1.1.html

mod document;
mod encoding;
mod info;
mod merge;
mod names;
mod objects;
mod operation;
mod page;
mod parameters;
mod problems;
mod publish;
mod returned;
mod schemas;
mod security;
mod template;
mod text;

pub use self::document::Document;
pub use self::info::Info;
