//! What a route takes in, for whoever documents it.

#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::InputLocation;
#[cfg(feature = "schemas")]
use crate::input::schema::{Describe, document};
use crate::routing::facts::{ArgumentFacts, InputFacts};

/// One argument of a handler that comes from the client and is checked.
///
/// `Valid<…>` and path parameters that are checked by being parsed. What a handler takes from an
/// extractor that is trusted or unvalidated is not described: the declaration has the reason.
#[derive(Clone, Copy, Debug)]
pub struct InputDescription {
    facts: InputFacts,
    #[cfg(feature = "schemas")]
    describe: Option<Describe>,
}

impl InputDescription {
    /// The description of an argument that is input.
    pub(crate) fn of(argument: &ArgumentFacts) -> Option<Self> {
        Some(Self {
            facts: argument.input?,
            #[cfg(feature = "schemas")]
            describe: argument.describe,
        })
    }

    /// The part of a request that it comes in.
    pub fn location(&self) -> InputLocation {
        self.facts.location
    }

    /// The label that a body must have; none where it is no body, or an extractor of the API's
    /// own decides.
    pub fn media_type(&self) -> Option<&'static str> {
        self.facts.media_type
    }

    /// Whether it may be absent: `Option<Valid<…>>`.
    pub fn is_optional(&self) -> bool {
        self.facts.is_optional
    }

    /// What it looks like, as a document of JSON Schema 2020-12 with all its definitions; none
    /// where no schema can say it.
    ///
    /// It is made when it is asked for, of what the types and their rules let through:
    ///
    /// - Whatever is accepted satisfies the schema. What satisfies the schema is accepted, unless
    ///   there is a `$comment`: JSON Schema cannot say every rule (`custom`, a length in bytes of
    ///   text beyond ASCII), and where it cannot the schema lets through more, and says so.
    /// - It describes values after they were decoded. Those of a query, form, path, header or
    ///   cookie come as text, in which nothing is null, and no list but of a form's parts. Of path, headers and cookies
    ///   a struct takes what it names; the rest of them is no member of it.
    /// - Path parameters without a struct are one value, or an array of all in order.
    /// - `format` is an annotation, as 2020-12 has it: nobody need check it.
    /// - How JSON is written is not a schema's affair. A whole number is written without a
    ///   fraction or exponent, no member stands twice, and there are 32 levels at most. A number is
    ///   rounded to its type before its range is judged. A variant without content is told as the
    ///   text that it is; serde also takes it as an object, `{"Small": null}`.
    #[cfg(feature = "schemas")]
    pub fn schema(&self) -> Option<Schema> {
        self.describe.map(document)
    }

    /// The same as a part of a larger document, which has the definitions of all its parts in one
    /// place.
    ///
    /// What it refers to is added to the generator's definitions.
    #[cfg(feature = "schemas")]
    pub fn schema_in(&self, generator: &mut SchemaGenerator) -> Option<Schema> {
        self.describe.map(|describe| describe(generator))
    }
}
