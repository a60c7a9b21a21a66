//! Decodes JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)) strictly.
//!
//! `serde_json` parses the text. [`StrictDeserializer`](strict::StrictDeserializer) wraps it and
//! rejects what serde's derive accepts although the type does not allow it.

mod decode;
mod decode_state;
mod strict;
#[cfg(test)]
mod tests;
mod type_mismatch;

pub(crate) use self::decode::{decode, raw_value};
