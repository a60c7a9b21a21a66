//! The types of claims: dates, audiences, scopes and roles.

mod audience;
pub(crate) mod grants;
mod numeric_date;
pub(crate) mod role;
pub(crate) mod scope;

pub use self::audience::Audience;
pub(crate) use self::grants::Grants;
pub use self::numeric_date::NumericDate;
pub(crate) use self::role::Role;
pub use self::role::RoleSet;
pub(crate) use self::scope::Scope;
pub use self::scope::{ScopeError, ScopeSet};
