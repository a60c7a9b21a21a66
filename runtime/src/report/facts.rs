//! The facts of an inventory for each line of the standard.

use crate::policy::{Access, Limits};
use crate::report::authorization_server::ServerFacts;
use crate::report::listener;
use crate::report::text::counted;
use crate::routing::{Inventory, Route};

/// Returns the facts about an API that a line is about.
pub(super) fn evidence(id: &str, inventory: &Inventory, servers: &[ServerFacts]) -> Vec<String> {
    let facts = Facts::of(inventory);
    let mut evidence = if id.starts_with('P') {
        of_principle(id, &facts, inventory)
    } else {
        of_requirement(id, &facts, inventory)
    };
    evidence.extend(listener::evidence(id, inventory));
    evidence.extend(servers.iter().filter_map(|server| server.evidence(id)));
    if evidence.is_empty() {
        evidence.push("no fact of the API's code decides it; see the statement".to_owned());
    }
    evidence
}

fn of_principle(id: &str, facts: &Facts, inventory: &Inventory) -> Vec<String> {
    match id {
        "P1" => vec![
            facts.surface(inventory),
            facts.public_routes(),
            undeclared(inventory),
            match inventory.hosts() {
                Some(hosts) => format!("requests for other hosts than {} are refused", hosts.join(", ")),
                None => "requests for every host are served".to_owned(),
            },
        ],
        "P2" => vec![
            "a handler without a declaration does not compile".to_owned(),
            format!("{} and {}", facts.relaxations(), facts.exceptions()),
        ],
        "P3" => vec![
            format!("the access rules of the handlers: {}", facts.rules.join("; ")),
            facts.grants(inventory),
            match inventory.unreachable().count() {
                0 => "no handler is out of reach for every issuer".to_owned(),
                count => format!("{} scopes or roles that no issuer grants", handlers(count, "requires", "require")),
            },
        ],
        "P4" => vec![
            "each request passes the limits of the route, the validation of its token, its authorization, and the validation of its input, in this order".to_owned(),
            format!("{} limits that differ from the defaults", handlers(facts.limited, "has", "have")),
        ],
        "P5" => vec![
            "each refusal is a problem document without details of the cause; a panic is a 500 without its text".to_owned(),
            "no valid token without current keys: an issuer that does not answer refuses with 503".to_owned(),
        ],
        "P6" => vec![
            facts.issuers(inventory),
            format!("{} data without Palisade's checks", handlers(facts.unchecked_handlers, "receives", "receive")),
        ],
        "P7" => vec![format!("{} a role", handlers(facts.role_handlers, "requires", "require"))],
        "P8" => vec![
            "access depends on declarations and tokens, never on a secret path".to_owned(),
            facts.public_routes(),
        ],
        "P9" => vec![
            format!(
                "one declaration at each handler: {} and {}",
                counted(facts.routes, "handler", "handlers"),
                counted(facts.rules.len(), "access rule", "different access rules")
            ),
        ],
        "P10" => vec!["the lock file and the attacks are tests of the declarations, and fail when one weakens".to_owned()],
        _ => Vec::new(),
    }
}

fn of_requirement(id: &str, facts: &Facts, inventory: &Inventory) -> Vec<String> {
    match id {
        "R2" => vec![
            format!("{} input, which is decoded strictly and checked field by field", handlers(facts.input_handlers, "has", "have")),
            facts.exceptions(),
        ],
        "R5" => vec!["an ID token is refused as an access token".to_owned()],
        "R6" => vec![
            facts.issuers(inventory),
            format!("{} a token or a login", handlers(facts.routes - facts.public, "requires", "require")),
        ],
        "R7" => {
            let relaxations = inventory.issuers().iter().flat_map(|issuer| {
                let texts = issuer.relaxations();
                texts.map(move |text| format!("{}: {text}", issuer.issuer()))
            });
            let lifetime = "a token that lives longer than 30 minutes is refused, unless a relaxation of its issuer says otherwise";
            std::iter::once(lifetime.to_owned()).chain(relaxations).collect()
        }
        "R8" => vec!["a refusal names the scopes of the route and no others, so that clients can request them one by one".to_owned()],
        _ => Vec::new(),
    }
}

/// Counts of an inventory.
struct Facts {
    routes: usize,
    fallbacks: usize,
    public: usize,
    exceptions: usize,
    relaxations: usize,
    limited: usize,
    input_handlers: usize,
    unchecked_handlers: usize,
    role_handlers: usize,
    /// Sorted, each once.
    rules: Vec<String>,
}

impl Facts {
    fn of(inventory: &Inventory) -> Self {
        let count = |condition: &dyn Fn(&Route) -> bool| {
            inventory.iter().filter(|route| condition(route)).count()
        };
        let mut rules: Vec<String> = inventory
            .iter()
            .map(|route| route.declaration().access.to_string())
            .collect();
        rules.sort();
        rules.dedup();
        Self {
            routes: inventory.routes().len(),
            fallbacks: count(&Route::is_fallback),
            public: count(&|route| route.declaration().is_public()),
            exceptions: inventory
                .iter()
                .map(|route| route.exceptions().count())
                .sum(),
            relaxations: {
                let issuers = inventory.issuers().iter();
                let of_issuers: usize = issuers.map(|issuer| issuer.relaxations().count()).sum();
                of_issuers + inventory.relaxations().count()
            },
            limited: count(&|route| route.limits() != Limits::DEFAULT),
            input_handlers: count(&|route| route.inputs().next().is_some()),
            unchecked_handlers: count(&|route| route.exceptions().next().is_some()),
            role_handlers: count(&|route| {
                matches!(
                    route.declaration().access,
                    Access::Roles(_) | Access::ScopesAndRoles(..)
                )
            }),
            rules,
        }
    }

    /// Describes the requests that reach a handler.
    fn surface(&self, inventory: &Inventory) -> String {
        let declared = counted(self.routes - self.fallbacks, "handler", "handlers");
        let others = match (self.fallbacks, inventory.undeclared()) {
            (0, []) => "every other request gets 404 or 405".to_owned(),
            (0, _) => {
                "every other request gets 404 or 405, unless a router beside the API has its path"
                    .to_owned()
            }
            (count, _) => format!(
                "{} other paths",
                counted(
                    count,
                    "declared fallback handles",
                    "declared fallbacks handle"
                )
            ),
        };
        format!("{declared} with a declared path and method; {others}")
    }

    fn public_routes(&self) -> String {
        let routes = counted(self.routes, "handler", "handlers");
        match self.public {
            0 => format!("none of {routes} is public"),
            1 => format!("1 of {routes} is public, with a reason"),
            public => format!("{public} of {routes} are public, each with a reason"),
        }
    }

    fn relaxations(&self) -> String {
        with_reasons(self.relaxations, "relaxation", "relaxations")
    }

    fn exceptions(&self) -> String {
        with_reasons(self.exceptions, "exception", "exceptions")
    }

    fn issuers(&self, inventory: &Inventory) -> String {
        let issuers = inventory.issuers();
        if issuers.is_empty() {
            return "no issuer is known: this is the report of a router without a resource server"
                .to_owned();
        }
        let names: Vec<String> = issuers
            .iter()
            .map(|issuer| format!("{} by {}", issuer.issuer(), issuer.validation()))
            .collect();
        format!("tokens of {}; {}", names.join(", "), self.relaxations())
    }

    fn grants(&self, inventory: &Inventory) -> String {
        let grants: Vec<String> = inventory
            .issuers()
            .iter()
            .filter_map(|issuer| Some(format!("{}: {}", issuer.issuer(), issuer.grants()?)))
            .collect();
        if grants.is_empty() {
            format!(
                "at most one issuer is trusted, so its grants are not limited; access rules: {}",
                self.rules.len()
            )
        } else {
            format!("issuers may grant: {}", grants.join("; "))
        }
    }
}

fn undeclared(inventory: &Inventory) -> String {
    match inventory.undeclared() {
        [] => "no routes without a guard beside the API".to_owned(),
        reasons => format!(
            "{} without a guard beside the API: {}",
            counted(reasons.len(), "router", "routers"),
            reasons.join("; ")
        ),
    }
}

/// Returns the start of a sentence about some handlers.
fn handlers(count: usize, one: &str, many: &str) -> String {
    counted(
        count,
        &format!("handler {one}"),
        &format!("handlers {many}"),
    )
}

/// Returns a count of relaxations or exceptions, each of which has a reason.
fn with_reasons(count: usize, one: &str, many: &str) -> String {
    let counted = counted(count, one, many);
    match count {
        0 => counted,
        1 => format!("{counted}, with a reason"),
        _ => format!("{counted}, each with a reason"),
    }
}
