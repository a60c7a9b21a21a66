//! `orders` against a certified OpenID provider: real tokens are accepted, their broken forms are not.
//!
//! `environment` starts the provider (on Node.js) and `orders`, each as a `process`; the other modules
//! have the cases. `browser` has a page of another origin in Chromium, and an API in this process. `uploads` has
//! common HTTP clients, whose uploads `orders` refuses, directly and behind a `proxy`; `floods` has attackers over HTTP/2, and
//! `scan` a scanner of TLS. `issuer` has clients that log in at the development issuer, and
//! `openapi` programs that read the descriptions of `orders` and `bookings`. `accessibility` checks the pages that Palisade writes with axe-core.
//!
//! The tests install nothing: without its client, or without the provider's packages, a test is ignored with
//! the reason, or fails if `PALISADE_REQUIRE_PEERS=1` is set.

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
mod accessibility;
mod browser;
mod chromium;
#[allow(dead_code, reason = "other tests use the rest")]
mod devtools;
mod environment;
mod floods;
mod forge;
mod forged;
mod http;
mod identity;
mod issuer;
mod malformed;
mod misused;
mod node;
mod opaque;
mod openapi;
mod posture;
mod process;
mod provider;
mod proxy;
mod refusal;
mod scan;
mod unused_address;
mod uploads;

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::browser::Browser;
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
        posture::CASES,
    ];
    let trials = modules.into_iter().flatten().map(|(name, case)| {
        let environment = Arc::clone(&environment);
        Trial::ignorable_test(*name, move || run(&environment, *case))
    });
    let browser = Arc::new(Browser::find());
    let in_browser = browser::CASES.iter().map(|(name, case)| {
        let browser = Arc::clone(&browser);
        Trial::ignorable_test(*name, move || run(&browser, *case))
    });
    let axe = Arc::new(accessibility::Axe::find());
    let accessible = accessibility::CASES.iter().map(|(name, case)| {
        let axe = Arc::clone(&axe);
        Trial::ignorable_test(*name, move || run(&axe, *case))
    });
    let uploads = uploads::cases().map(|(name, client, setup)| {
        Trial::ignorable_test(name, move || {
            let command = setup.find().and_then(|()| client.find(setup.protocol));
            run(&command.map(Mutex::new), |command| {
                uploads::reads_every_refusal(client, setup, &mut command.lock().unwrap());
            })
        })
    });
    let floods = floods::ATTACKS.into_iter().map(|attack| {
        Trial::ignorable_test(format!("floods::{attack}_is_cut_off"), move || {
            run(&floods::attacker().map(Mutex::new), |attacker| {
                floods::is_cut_off(attack, &mut attacker.lock().unwrap());
            })
        })
    });
    let scan = Trial::ignorable_test("scan::quickstart_has_no_finding", || {
        run(&scan::scanner().map(Mutex::new), |scanner| {
            scan::quickstart_has_no_finding(&mut scanner.lock().unwrap());
        })
    });
    let readers = openapi::Reader::ALL.into_iter().map(|reader| {
        Trial::ignorable_test(reader.test(), move || {
            run(&reader.find().map(Mutex::new), |command| {
                reader.run(&mut command.lock().unwrap());
            })
        })
    });
    let trials = trials
        .chain(in_browser)
        .chain(accessible)
        .chain(readers)
        .chain(issuer_trials())
        .chain(uploads)
        .chain(floods)
        .chain([scan])
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The clients of the development issuer.
fn issuer_trials() -> impl Iterator<Item = Trial> {
    let clients = issuer::Client::ALL.into_iter().map(|client| {
        Trial::ignorable_test(
            format!("issuer::{}_completes_each_flow", client.name()),
            move || {
                run(&client.find().map(Mutex::new), |client| {
                    issuer::completes_each_flow(&mut client.lock().unwrap());
                })
            },
        )
    });
    let suite = Trial::ignorable_test("issuer::conforms", || {
        run(&issuer::suite().map(Mutex::new), |suite| {
            issuer::conforms(&mut suite.lock().unwrap());
        })
    });
    let relying_party = Trial::test("issuer::relying_party_logs_in", || {
        issuer::relying_party_logs_in();
        Ok(())
    });
    clients.chain([suite, relying_party])
}

/// Runs a case with its peer. Without the peer, the case is ignored or fails.
fn run<P>(peer: &Result<P, String>, case: impl FnOnce(&P)) -> Result<Completion, Failed> {
    match peer {
        Ok(peer) => {
            case(peer);
            Ok(Completion::Completed)
        }
        Err(missing) if node::is_required() => Err(missing.into()),
        Err(missing) => Ok(Completion::ignored_with(missing)),
    }
}
