//! The description of an attack: the API, and what the test adds to its inventory.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::Method;

use crate::evidence::AttackClass;
pub(super) use crate::evidence::is_below;
use crate::routing::Route;
use crate::testing::attack::access::{Alternative, Expected};
use crate::testing::attack::sample::Sample;
use crate::testing::attack::target::Target;
use crate::testing::{EmbeddedIssuer, TestApi};

/// An attack on an API: requests that its inventory says must be refused.
///
/// A route is named by its method and path, as in the inventory: `POST /orders/{id}`. A fallback is named by the path of its
/// router: `* /admin`, or `* /`.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::testing::TestApi;
/// use palisade::testing::attack::{Attack, Expected, Sample};
///
/// # #[secured(scopes = "orders:read")]
/// # async fn show_order(Path(id): Path<u32>) -> String { id.to_string() }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let api = TestApi::new(SecureRouter::new().route("/orders/{id}", get(show_order))).await;
/// Attack::new(&api)
///     .sample("GET /orders/{id}", Sample::new().path("id", "7"))
///     .expect("GET /orders/{id}", Expected::scopes("orders:read"))
///     .run()
///     .await
///     .assert_refused();
/// # }
/// ```
#[must_use = "an attack does nothing until it runs"]
pub struct Attack<'a> {
    pub(super) api: &'a TestApi,
    pub(super) samples: Vec<(String, Sample)>,
    pub(super) expectations: Vec<(String, Expected)>,
    pub(super) skipped: Vec<(String, String)>,
    pub(super) excuses: Vec<Excuse>,
    /// The routes that accept tickets, and those that issue them.
    pub(super) tickets: Vec<(String, String)>,
    pub(super) issuers: Vec<(EmbeddedIssuer, Vec<String>)>,
    pub(super) objects: Vec<Object>,
    pub(super) overseers: Vec<String>,
    pub(super) request_limit: u32,
    pub(super) time_limit: Duration,
}

/// An object of one owner.
pub(super) struct Object {
    /// The path of the object, which ends with its parameter.
    pub(super) path: String,
    pub(super) owner: String,
    pub(super) id: String,
}

/// The part of an object's path that other owners attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ObjectAttack {
    /// The objects above: each request named one of the same owner, so that its check may be the only one.
    Above,
    /// The object itself.
    Itself,
}

/// A reason for which attacks on a route may be admitted.
pub(super) struct Excuse {
    pub(super) route: String,
    pub(super) class: AttackClass,
    /// The description of the only attack; `None` for every attack of the class.
    pub(super) attack: Option<String>,
    pub(super) reason: String,
}

impl<'a> Attack<'a> {
    /// Attacks every route of the API.
    pub fn new(api: &'a TestApi) -> Self {
        Self {
            api,
            samples: Vec::new(),
            expectations: Vec::new(),
            skipped: Vec::new(),
            excuses: Vec::new(),
            tickets: Vec::new(),
            issuers: Vec::new(),
            objects: Vec::new(),
            overseers: Vec::new(),
            request_limit: 200_000,
            time_limit: Duration::from_mins(5),
        }
    }

    /// States a request that a route accepts, where none follows from its schemas.
    ///
    /// Further samples of the same route give values of its input for the members, items, entries and alternatives that the first
    /// one lacks, where the API refuses those that follow from its schemas.
    pub fn sample(mut self, route: &str, sample: Sample) -> Self {
        self.samples.push((route.to_owned(), sample));
        self
    }

    /// States who may call a route, whatever its declaration says.
    ///
    /// It also attacks a route that has no declaration, because another router [beside](crate::Api::beside) the API serves it.
    pub fn expect(mut self, route: &str, expected: Expected) -> Self {
        self.expectations.push((route.to_owned(), expected));
        self
    }

    /// Leaves a route out, with the reason. [`run`](Self::run) panics without one.
    pub fn skip(mut self, route: &str, reason: &str) -> Self {
        self.skipped.push((route.to_owned(), reason.to_owned()));
        self
    }

    /// Accepts that attacks of one class on a route are admitted or not covered, with the reason. The results list them.
    ///
    /// It covers each attack of the class, also those of later versions of the kit. Prefer [`excuse_attack`](Self::excuse_attack) for
    /// an attack that is admitted. An excuse fills no gap with a proof: the lines of the security report that need the class are
    /// *declared*, with the reason. [`run`](Self::run) panics without a reason.
    pub fn excuse(self, route: &str, class: AttackClass, reason: &str) -> Self {
        self.with_excuse(route, class, None, reason)
    }

    /// Accepts that one attack on a route is admitted, with the reason. The results list it.
    ///
    /// `attack` is its description, as the report has it between the class and the status: in
    /// `GET /orders: broken_token: a logout token (status 200)`, it is `a logout token`.
    pub fn excuse_attack(
        self,
        route: &str,
        class: AttackClass,
        attack: &str,
        reason: &str,
    ) -> Self {
        self.with_excuse(route, class, Some(attack.to_owned()), reason)
    }

    fn with_excuse(
        mut self,
        route: &str,
        class: AttackClass,
        attack: Option<String>,
        reason: &str,
    ) -> Self {
        self.excuses.push(Excuse {
            route: route.to_owned(),
            class,
            attack,
            reason: reason.to_owned(),
        });
        self
    }

    /// Names the route that issues the tickets for a route that accepts them.
    ///
    /// Its response is a [`Ticket`](crate::Ticket). With it, the kit attacks with tickets that were used, and with those for
    /// another route of this list.
    pub fn ticket(mut self, route: &str, issuing_route: &str) -> Self {
        self.tickets
            .push((route.to_owned(), issuing_route.to_owned()));
        self
    }

    /// Attacks each route with a token of another issuer that the API trusts. The token has every scope and role of the API.
    ///
    /// Each of `routes`, such as `GET /orders`, must admit the token. Public routes may admit it. Every other route must refuse it with
    /// 401 or 403.
    ///
    /// A subject of this issuer is another caller than the one of the same name: see [`object`](Self::object).
    ///
    /// The refusal of a token is evidence only if the token is valid. A token is valid if a route admits it, or checks its scopes and
    /// roles before refusing it. [`assert_refused`](crate::testing::attack::AttackReport::assert_refused) fails if no route does:
    /// `issuer` then has another URL or other keys than the issuer that the server trusts.
    pub fn issuer<'r>(
        mut self,
        issuer: &EmbeddedIssuer,
        routes: impl IntoIterator<Item = &'r str>,
    ) -> Self {
        let routes = routes.into_iter().map(str::to_owned).collect();
        self.issuers.push((issuer.clone(), routes));
        self
    }

    /// Names an object and its owner, for attacks by the owners of others.
    ///
    /// `path` ends with the parameter that identifies the object: `/orders/{id}`. Each secured route whose path begins with it is
    /// attacked. Objects of at least two owners are needed, and they must exist when the attack runs: a refusal says nothing about an
    /// object to which its owner has no access either. [`assert_refused`](crate::testing::attack::AttackReport::assert_refused) fails
    /// for an object without access by its owner on any route, and for one without another owner.
    ///
    /// Other owners send the request that the route accepts, the same one without each optional part and with each part and
    /// alternative that it lacks, and each of them with the smallest grants of the declaration and with every scope and role of the
    /// API but those of an [`overseer`](Self::overseer). A refusal counts if the owner is admitted in the same way. Each issuer of
    /// [`issuer`](Self::issuer) that the route admits also sends a token with the subject of the owner: its subjects are other callers.
    ///
    /// If the owner can read an object, and is refused after another owner's refused request to a method that is not safe, this
    /// request is reported, too. At the end of the attack, the owners delete their objects where a route does.
    ///
    /// An object may be below another one: `/orders/{id}/lines/{line}`. Requests to it name the objects above that belong to the same
    /// owner. Other owners also try it below their own objects, because a handler may check the owner of the order only. If they have
    /// an object of the same id there, this request would be one for their own, and is not sent. Name one object at least with an id
    /// that only its owner has. Without it, the report lists the path as not covered, and the results do not have it: the security
    /// report then needs a statement.
    ///
    /// A `PUT` below an own object may create one there. The report has the call of [`excuse_attack`](Self::excuse_attack) for it.
    pub fn object(mut self, path: &str, owner: &str, id: &str) -> Self {
        self.objects.push(Object {
            path: path.to_owned(),
            owner: owner.to_owned(),
            id: id.to_owned(),
        });
        self
    }

    /// Names a scope or role whose holders may access the objects of others, and so do those of each scope that implies it.
    pub fn overseer(mut self, scope_or_role: &str) -> Self {
        self.overseers.push(scope_or_role.to_owned());
        self
    }

    /// Sets the maximum number of requests, 200,000 by default. Attacks beyond it are reported as not covered.
    pub fn request_limit(mut self, requests: u32) -> Self {
        self.request_limit = requests;
        self
    }

    /// Sets the maximum time, 5 minutes by default. Attacks after it are reported as not covered.
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.time_limit = time;
        self
    }

    /// Checks that every named route exists.
    pub(super) fn check_names(&self) -> Result<(), String> {
        let known: BTreeSet<String> = self
            .routes()
            .map(|(method, route)| name_of(&method, route))
            .collect();
        let named = self.samples.iter().map(|(name, _)| name);
        let named = named.chain(self.skipped.iter().map(|(name, _)| name));
        let named = named.chain(self.excuses.iter().map(|excuse| &excuse.route));
        let named = named.chain(
            self.tickets
                .iter()
                .flat_map(|(route, issuing)| [route, issuing]),
        );
        let named = named.chain(self.issuers.iter().flat_map(|(_, routes)| routes));
        let expected = |name: &String| self.expectations.iter().any(|(other, _)| other == name);
        let list = || {
            known
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        };
        for name in named {
            if !known.contains(name) && !expected(name) {
                return Err(format!(
                    "the API has no route `{name}`; its routes are {}",
                    list()
                ));
            }
        }
        for (name, _) in &self.expectations {
            let (method, path) = name.split_once(' ').unwrap_or_default();
            if Method::from_bytes(method.as_bytes()).is_err() || !path.starts_with('/') {
                return Err(format!(
                    "`{name}` must be a method and a path, such as `GET /orders`"
                ));
            }
        }
        for (name, _) in &self.tickets {
            let mut routes = self.routes();
            if !routes
                .any(|(method, route)| name_of(&method, route) == *name && route.accepts_tickets())
            {
                return Err(format!("`{name}` does not accept tickets"));
            }
        }
        for object in &self.objects {
            let is_known = |(_, route): (Method, &Route)| is_below(route.path(), &object.path);
            if !object.path.ends_with('}') || !self.routes().any(is_known) {
                return Err(format!(
                    "no path of the API begins with `{}`, or it does not end with a parameter",
                    object.path
                ));
            }
        }
        Ok(())
    }

    /// Returns each method of each route; for a fallback, which has no methods, `GET`.
    fn routes(&self) -> impl Iterator<Item = (Method, &'a Route)> {
        let routes = self.api.api().inventory().routes().iter();
        routes.flat_map(|route| {
            let methods = if route.is_fallback() {
                vec![Method::GET]
            } else {
                route.methods().to_vec()
            };
            methods.into_iter().map(move |method| (method, route))
        })
    }

    /// Returns the targets.
    pub(super) fn targets(&self) -> Vec<Target<'_>> {
        let mut targets = Vec::new();
        for (method, route) in self.routes() {
            let name = name_of(&method, route);
            if self.skipped.iter().any(|(other, _)| *other == name) {
                continue;
            }
            targets.push(Target {
                sample: self.samples_of(&name).next(),
                further: self.samples_of(&name).skip(1).collect(),
                method,
                path: route.path().to_owned(),
                route: Some(route),
                alternatives: Alternative::of_access(&route.declaration().access),
            });
        }
        let known: Vec<String> = self
            .routes()
            .map(|(method, route)| name_of(&method, route))
            .collect();
        for (name, expected) in self
            .expectations
            .iter()
            .filter(|(name, _)| !known.contains(name))
        {
            let (method, path) = name.split_once(' ').unwrap_or_default();
            targets.push(Target {
                sample: self.samples_of(name).next(),
                further: self.samples_of(name).skip(1).collect(),
                method: Method::from_bytes(method.as_bytes()).unwrap_or_default(),
                path: path.to_owned(),
                route: None,
                alternatives: expected.alternatives().map(<[_]>::to_vec),
            });
        }
        targets
    }

    fn samples_of(&self, name: &str) -> impl Iterator<Item = &Sample> {
        let samples = self.samples.iter();
        samples
            .filter(move |(other, _)| other == name)
            .map(|(_, sample)| sample)
    }

    pub(super) fn expected(&self, name: &str) -> Option<&Expected> {
        let mut expectations = self.expectations.iter();
        expectations
            .find(|(other, _)| other == name)
            .map(|(_, expected)| expected)
    }
}

/// Returns the name of a method of a route.
fn name_of(method: &Method, route: &Route) -> String {
    match (route.is_fallback(), route.path()) {
        (false, path) => format!("{method} {path}"),
        (true, "") => "* /".to_owned(),
        (true, path) => format!("* {path}"),
    }
}
