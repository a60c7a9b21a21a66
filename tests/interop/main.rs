//! `orders` against a certified OpenID provider: real tokens are accepted, their broken forms are not.
//!
//! `environment` starts the provider (on Node.js) and `orders`, each as a `process`; the other modules
//! have the cases. The tests install nothing: without Node.js or the provider's packages, each test is
//! ignored with the reason, or fails if `PALISADE_REQUIRE_PEERS=1` is set.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

/// Lists the cases of a module with their paths. A case that is not listed is dead code, which the lints reject.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        pub(crate) const CASES: &[crate::Case] = &[
            $((concat!(module_path!(), "::", stringify!($case)), $case)),*
        ];
    };
}

mod accepted;
mod environment;
mod forge;
mod forged;
mod http;
mod malformed;
mod misused;
mod node;
mod opaque;
mod process;
mod provider;
mod refusal;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};

use crate::environment::Environment;
use crate::node::Node;

/// A test: its name and its function.
type Case = (&'static str, fn(&Environment));

fn main() -> ExitCode {
    let environment = Arc::new(Node::find().map(Environment::new));
    let modules = [
        accepted::CASES,
        forged::CASES,
        malformed::CASES,
        misused::CASES,
        opaque::CASES,
    ];
    let trials = modules.into_iter().flatten().map(|(name, case)| {
        let environment = Arc::clone(&environment);
        Trial::ignorable_test(*name, move || match &*environment {
            Ok(environment) => {
                case(environment);
                Ok(Completion::Completed)
            }
            Err(missing) if node::is_required() => Err(missing.into()),
            Err(missing) => Ok(Completion::ignored_with(missing)),
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
