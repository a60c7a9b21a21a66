//! Everything that a report is made from.

use std::collections::BTreeMap;

use crate::report::authorization_server::ServerFacts;
use crate::report::measured::{Found, Measured};
use crate::report::statement::{Statement, Topic};
use crate::routing::{Inventory, Route};

/// The declarations, the statements and the results of attacks.
pub(super) struct Sources<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) statements: &'a BTreeMap<Topic, Statement>,
    /// `None` without results of attacks.
    pub(super) measured: Option<Measured<'a>>,
    pub(super) servers: &'a [ServerFacts],
}

impl Sources<'_> {
    /// Returns the date of the attacks, if it is known.
    pub(super) fn attacked_on(&self) -> Option<&str> {
        let measured = self.measured.as_ref()?;
        measured.results.date()
    }

    /// Returns the results of an endpoint.
    pub(super) fn find(&self, method: &str, route: &Route) -> Found<'_> {
        let measured = self.measured.as_ref();
        measured.map_or(Found::Nothing, |measured| measured.find(method, route))
    }
}
