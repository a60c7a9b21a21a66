//! The excuses of a test, applied to the results.

use std::fmt;

use crate::evidence::{AttackClass, ClassResults, RouteResults};
use crate::testing::attack::kit::{Attack, Excuse};
use crate::text::is_visible;

impl Attack<'_> {
    /// Checks that each skipped route and each excuse has a reason.
    pub(super) fn check_reasons(&self) -> Result<(), String> {
        let skipped = self.skipped.iter();
        let skipped = skipped.map(|(route, reason)| (format!("skip of {route}"), reason));
        let excuses = self.excuses.iter();
        let excuses = excuses.map(|excuse| (format!("excuse of {excuse}"), &excuse.reason));
        match skipped
            .chain(excuses)
            .find(|(_, reason)| !is_visible(reason))
        {
            Some((subject, _)) => Err(format!("the {subject} has no reason")),
            None => Ok(()),
        }
    }

    /// Applies the excuses to the attacks that were admitted or not sent, and describes the excuses that excuse nothing.
    pub(super) fn excuse_admissions(&self, routes: &mut [RouteResults]) -> Vec<String> {
        let mut unused = Vec::new();
        for excuse in &self.excuses {
            let mut is_used = false;
            for route in routes.iter_mut().filter(|route| excuse.names(route)) {
                is_used |= excuse.apply(route);
            }
            if !is_used {
                unused.push(excuse.to_string());
            }
        }
        unused
    }
}

impl Excuse {
    /// Returns whether it accepts an attack on the route of this name.
    pub(super) fn accepts(&self, route: &str, class: AttackClass, attack: &str) -> bool {
        let is_accepted = self.attack.as_deref().is_none_or(|only| only == attack);
        self.route == route && self.class == class && is_accepted
    }

    fn names(&self, route: &RouteResults) -> bool {
        let path = Some(route.path()).filter(|path| !path.is_empty());
        self.route == format!("{} {}", route.method(), path.unwrap_or("/"))
    }

    /// Excuses the attacks on a route that were admitted, or of a whole class also those that were not sent, and returns whether there
    /// is one.
    fn apply(&self, route: &mut RouteResults) -> bool {
        let is_needed = |results: &ClassResults| match &self.attack {
            None => !results.admitted().is_empty() || !results.not_covered().is_empty(),
            Some(attack) => {
                let mut admitted = results.admitted().iter();
                admitted.any(|admission| admission.attack() == attack)
            }
        };
        if !route.class(self.class).is_some_and(is_needed) {
            return false;
        }
        route.add(self.class, |results| match &self.attack {
            None => results.excuse_admissions(&self.reason),
            Some(attack) => results.excuse_admission(attack, &self.reason),
        });
        true
    }
}

impl fmt::Display for Excuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", self.route, self.class)?;
        match &self.attack {
            None => Ok(()),
            Some(attack) => write!(f, ": {attack}"),
        }
    }
}
