//! Only a protected API is served.

use palisade::prelude::*;

fn main() {
    let _ = palisade::serve(SecureRouter::new());
}
