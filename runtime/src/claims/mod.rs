//! What a token says, as types: instants, audiences, scopes, registered claims.

mod audience;
mod numeric_date;
mod scope;

pub use self::audience::Audience;
pub use self::numeric_date::NumericDate;
pub use self::scope::{Scope, ScopeError, ScopeSet};
