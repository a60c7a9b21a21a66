//! A boxed type claims by hand that keys of a map are bounded.

use palisade::rules::MapKey;

struct Key(String);

impl MapKey for Box<Key> {}

fn main() {}
