//! A JSON body: strictly decoded, then checked.
//!
//! `serde_json` reads the text; [`Strict`](strict::Strict) stands between it and the
//! type and refuses what serde would let through.

mod access;
mod decode;
mod decode_state;
mod strict;
#[cfg(test)]
mod tests;
mod type_mismatch;

pub(crate) use self::decode::{decode, sent};
