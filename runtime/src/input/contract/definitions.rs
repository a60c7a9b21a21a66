//! Input types as named definitions of a JSON Schema.

use std::any::type_name;
use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::input::contract::bounded::Bounded;
use crate::input::contract::rules::Unruled;
use crate::input::contract::scalar::Scalar;
use crate::input::contract::secure_input::SecureInput;
use crate::input::schema::Bounds;

/// Makes an input type a definition of schemars.
///
/// A type's own `JsonSchema`, if it has one, may describe its serialized form instead.
struct Definition<T: ?Sized>(PhantomData<T>);

impl<T: SecureInput> JsonSchema for Definition<T> {
    fn schema_name() -> Cow<'static, str> {
        let path = type_name::<T>();
        let path = path.split('<').next().unwrap_or(path);
        Cow::Borrowed(path.rsplit("::").next().unwrap_or(path))
    }

    fn schema_id() -> Cow<'static, str> {
        Cow::Owned(format!("SecureInput {}", type_name::<T>()))
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::input_schema(generator)
    }
}

/// Adds the type to the generator's definitions and returns a reference to it.
#[doc(hidden)]
pub fn named<T: SecureInput>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Definition<T>>()
}

/// Returns the schema of a type that needs no rule.
pub(crate) fn of_scalar<T: Scalar>(generator: &mut SchemaGenerator) -> Schema {
    <T as Bounded<Unruled>>::schema(generator, &Bounds::default())
}
