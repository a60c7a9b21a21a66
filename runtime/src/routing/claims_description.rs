//! The description of the typed claims of a caller, for documentation.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::guard::{Caller, CallerClaims};
use crate::input::schema::{Describe, document};
use crate::routing::argument::facts::{ArgumentFacts, ClaimsFacts};

/// The typed claims of a `Caller<C>` argument, which the guard decodes and validates.
#[derive(Clone, Copy, Debug)]
pub struct ClaimsDescription {
    facts: ClaimsFacts,
    type_name: &'static str,
}

impl ClaimsDescription {
    /// Describes an argument, if it has typed claims.
    pub(crate) fn of(argument: &ArgumentFacts) -> Option<Self> {
        let facts = argument.claims?;
        let type_name = (facts.type_name)()?;
        Some(Self { facts, type_name })
    }

    /// Returns the name of the type without the paths of modules, as in `Tenancy` or `Vec<Tenancy>`.
    pub fn type_name(&self) -> String {
        without_modules(self.type_name)
    }

    /// Returns the name of the type with the paths of modules, as [`std::any::type_name`] writes it.
    #[cfg(feature = "lock")]
    pub(crate) fn type_path(&self) -> &'static str {
        self.type_name
    }

    /// Returns a JSON Schema (2020-12) of the claims with all its definitions; `None` if the type does not implement
    /// `schemars::JsonSchema`.
    ///
    /// The derive of schemars includes those rules of `#[garde(…)]` that JSON Schema can express.
    pub fn schema(&self) -> Option<Schema> {
        self.facts.describe.map(document)
    }
}

/// The argument of a handler, of which generated code asks for the schema of its claims.
///
/// The constant of the inherent impls takes precedence over that of [`ClaimsWithoutSchema`], if their bounds are met. A constant
/// costs the compiler less than a method in a closure, which is why every argument can be asked.
pub struct ClaimsOf<T: ?Sized>(PhantomData<T>);

impl<C: CallerClaims + JsonSchema> ClaimsOf<Caller<C>> {
    /// The schema.
    #[doc(hidden)]
    pub const __PALISADE_CLAIMS: Option<Describe> = Some(SchemaGenerator::subschema_for::<C>);
}

impl<C: CallerClaims + JsonSchema> ClaimsOf<Option<Caller<C>>> {
    /// The schema.
    #[doc(hidden)]
    pub const __PALISADE_CLAIMS: Option<Describe> = ClaimsOf::<Caller<C>>::__PALISADE_CLAIMS;
}

/// See [`ClaimsOf`].
pub trait ClaimsWithoutSchema {
    /// No schema.
    const __PALISADE_CLAIMS: Option<Describe> = None;
}

impl<T: ?Sized> ClaimsWithoutSchema for ClaimsOf<T> {}

/// Removes the paths of modules from the name of a type.
fn without_modules(name: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ':' if rest.peek() == Some(&':') => {
                rest.next();
                word.clear();
            }
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            other => {
                short.push_str(&std::mem::take(&mut word));
                short.push(other);
            }
        }
    }
    short + &word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_a_type_has_no_modules() {
        for (name, short) in [
            ("orders::claims::Staff", "Staff"),
            ("Staff", "Staff"),
            (
                "alloc::vec::Vec<orders::Staff, alloc::alloc::Global>",
                "Vec<Staff, Global>",
            ),
            ("(a::B, [c::D; 2])", "(B, [D; 2])"),
        ] {
            assert_eq!(without_modules(name), short);
        }
    }
}
