//! The excuses of a test, applied to the results.

use std::fmt;

use crate::evidence::{ClassResults, RouteResults};
use crate::testing::attack::kit::{Attack, Excuse};

impl Attack<'_> {
    /// Applies the excuses to the admitted attacks, and describes the excuses that excuse nothing.
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
    fn names(&self, route: &RouteResults) -> bool {
        let path = Some(route.path()).filter(|path| !path.is_empty());
        self.route == format!("{} {}", route.method(), path.unwrap_or("/"))
    }

    /// Excuses the admitted attacks of a route, and returns whether there is one.
    fn apply(&self, route: &mut RouteResults) -> bool {
        let results = route.class(self.class);
        let mut admitted = results.into_iter().flat_map(ClassResults::admitted);
        let is_excused = |name: &str| self.attack.as_deref().is_none_or(|attack| attack == name);
        if !admitted.any(|admission| is_excused(admission.attack())) {
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
