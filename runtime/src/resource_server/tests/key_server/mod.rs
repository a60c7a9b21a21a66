//! Servers whose issuer's keys come from a key server: rotation, outages, hostility.

mod hostile;
mod outage;
mod rotation;
mod support;

use std::time::Duration;

use self::support::Realm;
use super::loopback::{Loopback, Mode, answer};
use super::*;
use crate::resource_server::error::ConfigError;

const UNKNOWN_KEY: Result<(), Denial> = Err(Denial::Invalid(TokenError::UnknownKey));

fn is_unavailable(judged: &Result<(), Denial>) -> bool {
    matches!(judged, Err(Denial::Unavailable(_)))
}
