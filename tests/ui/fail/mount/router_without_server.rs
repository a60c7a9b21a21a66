//! Only what is protected can be served.

use palisade::prelude::*;

fn main() {
    let _ = palisade::serve(SecureRouter::new());
}
