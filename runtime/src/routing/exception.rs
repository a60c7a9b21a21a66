//! The exceptions of a route: data that reaches its handler without Palisade's checks.

use std::fmt;

use crate::input::{InputLocation, Statement, Unchecked, unchecked};
use crate::routing::argument::facts::ArgumentFacts;

/// Data that reaches a handler without Palisade's checks, with the reason.
///
/// [`Route::exceptions`](crate::routing::Route::exceptions) lists those of a route, including fields at every depth of its
/// input types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    kind: ExceptionKind,
    argument: String,
    location: Option<InputLocation>,
    field: Option<String>,
    reason: &'static str,
}

/// The kind of an [`Exception`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExceptionKind {
    /// An [`Unvalidated`](crate::Unvalidated) argument.
    UnvalidatedArgument,
    /// A [`TrustedExtractor`](crate::TrustedExtractor).
    TrustedArgument,
    /// The [`TrustedExtension`](crate::TrustedExtension) inside an `Extension` or `ConnectInfo`.
    TrustedRequestExtension,
    /// An [`InputExtractor`](crate::input::InputExtractor), which decodes its input itself.
    CustomDecoding,
    /// A value whose type parses itself: `#[secure(scalar = "…")]`.
    CustomScalar,
    /// A field without rules: `#[secure(unvalidated = "…")]`.
    UnvalidatedField,
}

impl Exception {
    /// Returns the exceptions of an argument; `unvalidated` is the reason in its handler's attribute.
    pub(crate) fn of(
        argument: &ArgumentFacts,
        unvalidated: Option<&'static str>,
    ) -> impl Iterator<Item = Self> {
        let name = short_name((argument.type_name)());
        let location = argument.input.map(|input| input.location);
        let itself = if argument.unvalidated {
            unvalidated.map(|reason| (ExceptionKind::UnvalidatedArgument, reason))
        } else {
            argument
                .statement
                .map(|statement| (statement.kind, statement.text))
        };
        let new = move |kind, field, reason| Self {
            kind,
            argument: name.clone(),
            location,
            field,
            reason,
        };
        let itself = itself.map(|(kind, reason)| new(kind, None, reason));
        let several = argument.content.shapes.len() > 1;
        let shapes = argument.content.shapes.iter().enumerate();
        let fields = shapes.flat_map(move |(index, shape)| {
            let element = if several {
                format!("/{index}")
            } else {
                String::new()
            };
            let fields = unchecked(shape()).into_iter();
            fields.map(move |Unchecked { pointer, statement }| {
                (element.clone() + &pointer, statement)
            })
        });
        let fields: Vec<Self> = fields
            .map(|(field, statement)| match statement {
                Statement::Accepts(text) => new(ExceptionKind::CustomScalar, Some(field), text),
                Statement::Unvalidated(reason) => {
                    new(ExceptionKind::UnvalidatedField, Some(field), reason)
                }
            })
            .collect();
        itself.into_iter().chain(fields)
    }

    /// Returns the kind.
    pub fn kind(&self) -> ExceptionKind {
        self.kind
    }

    /// Returns the type of the handler's argument, without the paths of modules.
    ///
    /// The text is for people: like [`std::any::type_name`], it may change with the compiler.
    pub fn argument(&self) -> &str {
        &self.argument
    }

    /// Returns the part of the request that the data comes from; `None` for an argument that the
    /// guard does not check.
    pub fn location(&self) -> Option<InputLocation> {
        self.location
    }

    /// Returns the position of a field in its input, as a JSON Pointer with `*` for every item of a list and
    /// every key of a map; empty for the whole input, `None` if the argument is the exception.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Returns the reason, or the statement of what is accepted.
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ExceptionKind::UnvalidatedArgument => "unvalidated argument",
            ExceptionKind::TrustedArgument => "trusted extractor",
            ExceptionKind::TrustedRequestExtension => "trusted extension",
            ExceptionKind::CustomDecoding => "input extractor",
            ExceptionKind::CustomScalar => "scalar",
            ExceptionKind::UnvalidatedField => "unvalidated field",
        };
        write!(f, "{kind} ")?;
        match (&self.field, self.location) {
            (Some(field), Some(location)) if field.is_empty() => write!(f, "in the {location}")?,
            (Some(field), Some(location)) => write!(f, "{field} in the {location}")?,
            _ => f.write_str(&self.argument)?,
        }
        write!(f, ": {}", self.reason)
    }
}

/// Removes the paths of modules from the name of a type.
fn short_name(name: &str) -> String {
    let mut short = String::new();
    for part in name.split_inclusive(['<', '>', ',', ' ', '(', ')', '[', ']', '&', ';']) {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

#[cfg(test)]
mod tests {
    use std::any::type_name;

    use super::*;

    #[test]
    fn short_name_has_no_paths() {
        let name = type_name::<(Option<Vec<std::net::SocketAddr>>, &[u8], [String; 3])>();
        assert_eq!(
            short_name(name),
            "(Option<Vec<SocketAddr>>, &[u8], [String; 3])"
        );
    }
}
