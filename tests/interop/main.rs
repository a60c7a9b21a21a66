//! `orders` against a certified OpenID provider: real tokens get in, their broken forms do not.
//!
//! `main` → `world` (what runs: `provider` on `node`, `orders`, each a `process`) → the cases.
//! Nothing is installed here: where Node.js or the provider's packages are missing, each test
//! is reported as ignored, with the reason; with `PALISADE_REQUIRE_PEERS=1` it fails.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it is wrong"
)]

/// Each case with its path, so that a room can be run alone; one that is not listed is dead code, which the lints refuse.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        pub(crate) const CASES: &[crate::Case] = &[
            $((concat!(module_path!(), "::", stringify!($case)), $case)),*
        ];
    };
}

mod accepted;
mod forge;
mod forged;
mod http;
mod introspected;
mod kinds;
mod node;
mod process;
mod provider;
mod refusal;
mod request;
mod world;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};

use crate::node::Node;
use crate::world::World;

/// A test: its name, and what it does.
type Case = (&'static str, fn(&World));

fn main() -> ExitCode {
    let peers = Arc::new(Node::find().map(World::new));
    let rooms = [
        accepted::CASES,
        forged::CASES,
        introspected::CASES,
        kinds::CASES,
        request::CASES,
    ];
    let trials = rooms.into_iter().flatten().map(|(name, case)| {
        let peers = Arc::clone(&peers);
        Trial::ignorable_test(*name, move || match &*peers {
            Ok(world) => {
                case(world);
                Ok(Completion::Completed)
            }
            Err(missing) if node::is_required() => Err(missing.into()),
            Err(missing) => Ok(Completion::ignored_with(missing)),
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
