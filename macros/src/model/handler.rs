//! A checked handler: what it is called, what it takes, who may call it.

use proc_macro2::Group;
use syn::{Signature, Type, Visibility};

use crate::diagnostics::Diagnostics;
use crate::model::attributes::Attributes;
use crate::model::declaration::Declaration;
use crate::model::runtime::Runtime;
use crate::model::signature;
use crate::parse::{RawAttribute, RawHandler};

/// All that the expansion needs.
pub(crate) struct Handler {
    pub(crate) runtime: Runtime,
    pub(crate) attributes: Attributes,
    pub(crate) vis: Visibility,
    /// As it was written; nothing in it is generic.
    pub(crate) signature: Signature,
    /// The arguments' types, in order.
    pub(crate) arguments: Vec<Type>,
    pub(crate) body: Group,
    pub(crate) declaration: Declaration,
}

impl Handler {
    /// Checks everything; where something is wrong, says under which crate name the
    /// item that stands in its place finds the runtime.
    pub(crate) fn check(
        attribute: RawAttribute,
        handler: RawHandler,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Runtime> {
        let RawHandler {
            attributes,
            vis,
            signature,
            body,
        } = handler;
        let kind = attribute.kind;
        let attributes = Attributes::sort(kind, attributes, diagnostics);
        let (runtime, declaration) = Declaration::check(attribute, diagnostics);
        let arguments = signature::check(&signature, diagnostics);
        let (Some(declaration), Some(arguments)) = (declaration, arguments) else {
            return Err(runtime);
        };
        Ok(Self {
            runtime,
            attributes,
            vis,
            signature,
            arguments,
            body,
            declaration,
        })
    }
}
