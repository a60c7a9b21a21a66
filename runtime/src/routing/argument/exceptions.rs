//! The exceptions of an argument, from its facts and the shapes of its input.

use crate::input::{Statement, Unchecked, unchecked};
use crate::routing::argument::facts::ArgumentFacts;
use crate::routing::exception::{Exception, ExceptionKind};

impl ArgumentFacts {
    /// Returns the exceptions: the argument itself, then the fields of its input.
    ///
    /// `unvalidated` is the reason in the attribute of the handler.
    pub(in crate::routing) fn exceptions(
        &self,
        unvalidated: Option<&'static str>,
    ) -> Vec<Exception> {
        let name = short_name((self.type_name)());
        let new = |kind, field, reason| Exception {
            kind,
            argument: name.clone(),
            location: self.input.map(|input| input.location),
            field,
            reason,
        };
        let argument = if self.unvalidated {
            unvalidated.map(|reason| new(ExceptionKind::UnvalidatedArgument, None, reason))
        } else {
            let statement = self.statement.as_ref();
            statement.map(|statement| new(statement.kind, None, statement.text))
        };
        let fields = self.unchecked_fields().into_iter();
        let fields = fields.map(|field| match field.statement {
            Statement::Accepts(accepted) => {
                new(ExceptionKind::CustomScalar, Some(field.pointer), accepted)
            }
            Statement::Unvalidated(reason) => {
                new(ExceptionKind::UnvalidatedField, Some(field.pointer), reason)
            }
        });
        argument.into_iter().chain(fields).collect()
    }

    /// Returns the unchecked fields; those of several path parameters begin with the index of each.
    fn unchecked_fields(&self) -> Vec<Unchecked> {
        let shapes = self.content.shapes;
        if let [shape] = shapes {
            return unchecked(shape());
        }
        let shapes = shapes.iter().enumerate();
        let fields = shapes.flat_map(|(index, shape)| {
            unchecked(shape()).into_iter().map(move |field| Unchecked {
                pointer: format!("/{index}{}", field.pointer),
                ..field
            })
        });
        fields.collect()
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
