//! Input types as definitions, each under its name.

use std::any::type_name;
use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::input::contract::bounded::Bounded;
use crate::input::contract::rules::Unruled;
use crate::input::contract::scalar::Scalar;
use crate::input::contract::secure_input::SecureInput;
use crate::input::schema::Bounds;

/// A type that derives `SecureInput`, as schemars sees it.
///
/// The type's own `JsonSchema`, if it has one, is another thing: it says how the type is written, too.
struct Named<T: ?Sized>(PhantomData<T>);

impl<T: SecureInput> JsonSchema for Named<T> {
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

/// The type among the generator's definitions, and what refers to it.
#[doc(hidden)]
pub fn named<T: SecureInput>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Named<T>>()
}

/// A type that needs no rule.
pub(crate) fn of_scalar<T: Scalar>(generator: &mut SchemaGenerator) -> Schema {
    <T as Bounded<Unruled>>::schema(generator, &Bounds::default())
}
