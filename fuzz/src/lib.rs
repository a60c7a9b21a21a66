//! What the fuzz targets for input call: each takes bytes, and panics where a promise does not hold.
//!
//! Input comes through the public extractors and is judged once more by a reader of its format
//! that knows nothing of Palisade's; both must come to the same verdict. A format is one module
//! here: its type, its reader, and one `pub fn` that gives both verdicts to `verdict::same`.

pub mod json;
mod listing;
pub mod multipart;
pub mod pairs;
pub mod text;
mod verdict;
mod vocabulary;
