//! The rules for the constants that an attribute names in `scopes = …` and `roles = …`.

use std::ops::Deref;

use crate::claims::role::Role;
use crate::claims::scope::Scope;

/// A scope is required by a `Scope` constant.
///
/// `scopes = PATH` accepts the path of a constant of type [`Scope`](crate::Scope), such as those of
/// [`scopes!`](crate::scopes!). A [`Role`](crate::Role) belongs in `roles = PATH`, and text is written in quotes:
///
/// ```
/// use palisade::prelude::*;
///
/// const READ: Scope = Scope::new("orders:read");
/// const CLERK: Role = Role::new("clerk");
///
/// #[secured(scopes = any(READ, "orders:admin"), roles = CLERK)]
/// async fn list_orders() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` constant where a scope is expected",
    label = "expected a constant of type `Scope`",
    note = "help: name a `Scope` constant: `const READ: Scope = Scope::new(\"orders:read\");`; require a role with `roles = …`"
)]
pub trait IsScope {
    #[doc(hidden)]
    fn scope(&self) -> Scope;
}

#[diagnostic::do_not_recommend]
impl IsScope for Scope {
    fn scope(&self) -> Scope {
        *self
    }
}

/// A role is required by a `Role` constant.
///
/// `roles = PATH` accepts the path of a constant of type [`Role`](crate::Role). A
/// [`Scope`](crate::Scope) belongs in `scopes = PATH`; see [`IsScope`].
#[diagnostic::on_unimplemented(
    message = "a `{Self}` constant where a role is expected",
    label = "expected a constant of type `Role`",
    note = "help: name a `Role` constant: `const ADMIN: Role = Role::new(\"admin\");`; require a scope with `scopes = …`"
)]
pub trait IsRole {
    #[doc(hidden)]
    fn role(&self) -> Role;
}

#[diagnostic::do_not_recommend]
impl IsRole for Role {
    fn role(&self) -> Role {
        *self
    }
}

/// A constant that an attribute names.
///
/// Its own `scope` and `role` exist for the right types only. For every other type, rustc finds those
/// of [`NamedConstant`] by dereferencing, and reports the trait that they require.
pub struct Constant<T>(NamedConstant<T>);

/// A constant that an attribute names, of any type.
pub struct NamedConstant<T>(T);

impl<T> Constant<T> {
    /// Wraps the value of a constant.
    pub const fn new(value: T) -> Self {
        Self(NamedConstant(value))
    }
}

impl Constant<Scope> {
    /// Returns the scope.
    pub const fn scope(self) -> Scope {
        self.0.0
    }
}

impl Constant<Role> {
    /// Returns the role.
    pub const fn role(self) -> Role {
        self.0.0
    }
}

impl<T> Deref for Constant<T> {
    type Target = NamedConstant<T>;

    fn deref(&self) -> &NamedConstant<T> {
        &self.0
    }
}

impl<T> NamedConstant<T> {
    /// Returns the scope.
    pub fn scope(&self) -> Scope
    where
        T: IsScope,
    {
        self.0.scope()
    }

    /// Returns the role.
    pub fn role(&self) -> Role
    where
        T: IsRole,
    {
        self.0.role()
    }
}
