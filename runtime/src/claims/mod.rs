//! What a token says, as types: instants, audiences, scopes; and JSON that leaves no doubt.

mod audience;
mod numeric_date;
pub(crate) mod scope;
pub(crate) mod strict_json;

pub use self::audience::Audience;
pub use self::numeric_date::NumericDate;
pub(crate) use self::scope::Scope;
pub use self::scope::{ScopeError, ScopeSet};
