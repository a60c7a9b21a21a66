//! What a token says, as types: instants, audiences, scopes; and JSON that leaves no doubt.

mod audience;
mod numeric_date;
mod scope;
pub(crate) mod strict_json;

pub use self::audience::Audience;
pub use self::numeric_date::NumericDate;
pub use self::scope::{Scope, ScopeError, ScopeSet};
