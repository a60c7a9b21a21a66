//! The description of a route's input, for documentation.

#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::InputLocation;
#[cfg(feature = "schemas")]
use crate::input::schema::{Describe, document, with_optional_lists};
use crate::routing::argument::facts::{ArgumentFacts, InputFacts, MediaTypes};

/// One argument of a handler with checked input: `Valid<…>`, or path parameters that parsing checks.
///
/// Trusted and unvalidated extractors have no description; the declaration has their reason.
#[derive(Clone, Copy, Debug)]
pub struct InputDescription {
    facts: InputFacts,
    json_types: &'static [&'static str],
    binary_types: &'static [&'static str],
    #[cfg(feature = "schemas")]
    describe: Option<Describe>,
}

impl InputDescription {
    /// Describes an argument, if it is checked input.
    pub(crate) fn of(argument: &ArgumentFacts) -> Option<Self> {
        Some(Self {
            facts: argument.input?,
            json_types: argument.content.json_types,
            binary_types: argument.content.binary_types,
            #[cfg(feature = "schemas")]
            describe: argument.content.describe,
        })
    }

    /// Returns the part of the request that the input comes from.
    pub fn location(&self) -> InputLocation {
        self.facts.location
    }

    /// Returns the accepted media types of a body; none for other input, and for an extractor of the API,
    /// which decides itself.
    pub fn media_types(&self) -> &'static [&'static str] {
        match self.facts.media_types {
            MediaTypes::Unknown => &[],
            MediaTypes::Fixed(media_types) => media_types,
            MediaTypes::OfJson => self.json_types,
            MediaTypes::OfBinary => self.binary_types,
        }
    }

    /// Returns whether the input may be absent: `Option<Valid<…>>`.
    pub fn is_optional(&self) -> bool {
        self.facts.is_optional
    }

    /// Returns a JSON Schema (2020-12) with all its definitions; `None` if no schema describes the input.
    ///
    /// The schema is generated at every call from the types and their rules:
    ///
    /// - Accepted input satisfies the schema. Input that satisfies the schema is accepted, unless the
    ///   schema has a `$comment`: JSON Schema cannot express every rule (`custom`, a length in bytes of
    ///   text beyond ASCII), and then allows more than the handler.
    /// - The schema describes decoded values. Those of a query, form, path, header or cookie are text, and
    ///   never null. A list is written as a repeated name in a query or form, and is empty without one;
    ///   paths, headers and cookies have no lists. A struct of path parameters, headers or cookies describes
    ///   only the ones that it names, and a typed header the one that it reads.
    /// - Path parameters without a struct are one value, or an array of all values in order.
    /// - `format` is an annotation, as in 2020-12: a validator may ignore it.
    /// - The schema does not describe the encoding of JSON. A whole number is written without a fraction
    ///   or exponent, a member appears once, and values nest at most 32 levels deep. A number is rounded to
    ///   its type before its range is checked. A variant without content is described as text; serde also
    ///   accepts it as an object, `{"Small": null}`.
    #[cfg(feature = "schemas")]
    pub fn schema(&self) -> Option<Schema> {
        let describe = self.describe?;
        Some(document(|generator| self.described(describe, generator)))
    }

    /// Returns the same schema as a part of a larger document, which holds the definitions.
    ///
    /// Referenced definitions are added to the generator.
    #[cfg(feature = "schemas")]
    pub fn schema_in(&self, generator: &mut SchemaGenerator) -> Option<Schema> {
        let describe = self.describe?;
        Some(self.described(describe, generator))
    }

    #[cfg(feature = "schemas")]
    fn described(&self, describe: Describe, generator: &mut SchemaGenerator) -> Schema {
        let schema = describe(generator);
        match self.location() {
            InputLocation::Query | InputLocation::Form => {
                with_optional_lists(schema, generator.definitions())
            }
            _ => schema,
        }
    }
}
