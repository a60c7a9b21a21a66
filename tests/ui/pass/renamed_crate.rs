//! `crate = path` names the crate.


mod vendored {
    pub use ::palisade as fence;
}

use vendored::fence::{SecureRouter, public, scopes, secured};

scopes! {
    crate = vendored::fence;
    /// Read.
    READ = "orders:read";
}

#[secured(scopes = READ, crate = vendored::fence)]
async fn show(_: vendored::fence::Caller) {}

#[public(reason = "a test", crate = crate::vendored::fence)]
async fn nothing() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", vendored::fence::routing::get(show).post(nothing));
}
