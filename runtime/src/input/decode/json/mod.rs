//! Decodes JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)) strictly.
//!
//! `serde_json` parses the text. [`StrictDeserializer`](strict::StrictDeserializer) wraps it, rejects
//! values that serde's derive accepts although the type does not allow them, and stops each list at
//! its largest count. [`walk`] finds the locations of errors.

mod containers;
mod cursor;
mod decode;
mod decode_state;
mod guide;
mod ignored;
mod names;
mod strict;
#[cfg(test)]
mod tests;
mod walk;

#[cfg(test)]
pub(crate) use self::decode::decode_without_shape;
pub(crate) use self::decode::{DecodedJson, decode, decode_claims, decode_merge_patch};
pub(crate) use self::walk::pointers;
