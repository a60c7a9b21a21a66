//! Requests to the objects of callers: below which others, with which parts, and with which scopes and roles.

use std::collections::HashSet;

use axum::http::Method;
use serde_json::Value;

use crate::evidence::AttackClass;
use crate::input::InputLocation;
use crate::testing::attack::access::{Alternative, Grant, Implications};
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::kit::{Object, ObjectAttack, is_below};
use crate::testing::attack::part::{Parts, parameters};
use crate::testing::attack::request::AttackRequest;
use crate::testing::attack::schema::other_values;

/// The largest number of other values of one part of the request.
const MAX_VALUES: usize = 1_000;

/// A request of an owner to the object of another one.
pub(super) struct ForeignAccess {
    pub(super) description: String,
    pub(super) request: AttackRequest,
    pub(super) attack: ObjectAttack,
    /// Whether it names an object of the owner who sends it above: there, a `PUT` may create an object.
    pub(super) is_below_own: bool,
}

/// The requests with which objects are accessed, and the scopes and roles of their callers. Each has its difference from the first,
/// in words.
pub(super) struct Ways {
    parts: Vec<(String, Parts)>,
    grants: Vec<(String, Grant)>,
}

/// One of the requests with one of the sets of scopes and roles, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    parts: usize,
    grant: usize,
}

impl Way {
    pub(super) const FIRST: Self = Self { parts: 0, grant: 0 };

    /// Returns the ways in which the owner must have access, so that a refusal of this one proves something.
    ///
    /// One has the same parts, the other the same scopes and roles: a request with both may find the object in another state.
    pub(super) fn controls(self) -> impl Iterator<Item = Self> {
        let of_parts = Self { grant: 0, ..self };
        let of_grant = Self { parts: 0, ..self };
        [of_parts, of_grant]
            .into_iter()
            .filter(|way| *way != Self::FIRST)
    }

    pub(super) fn has_other_parts(self) -> bool {
        self.parts != 0
    }
}

impl Ways {
    /// Returns each way, those with the first request before the others.
    pub(super) fn all(&self) -> impl Iterator<Item = Way> {
        let grants = self.grants.len();
        let parts = 0..self.parts.len();
        parts.flat_map(move |parts| (0..grants).map(move |grant| Way { parts, grant }))
    }

    /// Returns the difference of a way, in words that follow a comma; empty for the first.
    pub(super) fn difference(&self, way: Way) -> String {
        let of_parts = self.parts.get(way.parts).map(|(name, _)| name);
        let of_grant = self.grants.get(way.grant).map(|(name, _)| name);
        let names = of_parts.into_iter().chain(of_grant);
        let names = names.filter(|name| !name.is_empty());
        names.fold(String::new(), |all, name| all + ", " + name)
    }

    fn get(&self, way: Way) -> Option<(&Parts, &Grant)> {
        let (_, parts) = self.parts.get(way.parts)?;
        let (_, grant) = self.grants.get(way.grant)?;
        Some((parts, grant))
    }

    /// Returns the scopes and roles of all grants.
    pub(super) fn every_grant(&self) -> Grant {
        let grants = self.grants.iter().map(|(_, grant)| grant);
        grants.fold(Grant::default(), |all, grant| all.with_all_of(grant))
    }
}

impl Object {
    /// Returns whether the path of another object is above this one.
    pub(super) fn is_below(&self, other: &Self) -> bool {
        is_below(&self.path, &other.path) && !is_below(&other.path, &self.path)
    }

    /// Returns whether the paths and the ids are the same. The owners may differ.
    fn has_id_of(&self, other: &Self) -> bool {
        let has_same_path = is_below(&self.path, &other.path) && is_below(&other.path, &self.path);
        has_same_path && self.id == other.id
    }
}

impl<'e> RouteAttack<'e> {
    /// Returns the ways to the objects of the route; `None` if only callers who may access every object are admitted.
    pub(super) fn ways(&mut self) -> Option<Ways> {
        let first = self.first_way()?;
        let parts = self.other_parts();
        Some(Ways { parts, ..first })
    }

    /// Returns only the ways with the first request.
    pub(super) fn first_way(&self) -> Option<Ways> {
        let grants = self.owner_grants();
        let parts = vec![(String::new(), self.parts.clone())];
        (!grants.is_empty()).then_some(Ways { parts, grants })
    }

    /// Returns the smallest grants of the declaration and one with every scope and role, without those of callers who may access
    /// every object.
    fn owner_grants(&self) -> Vec<(String, Grant)> {
        let sets = self.target.alternatives.iter().flatten();
        let grants = sets.map(Alternative::grant);
        let mut grants: Vec<Grant> = grants.filter(|grant| !self.is_overseer(grant)).collect();
        let is_only = grants.len() == 1;
        if let Some(first) = grants.first() {
            // a scope that implies the one of an overseer is an overseer's, too
            let implications = Implications::of(self.attack.api.api().inventory());
            let oversees = |name: &String| {
                let mut overseers = self.attack.overseers.iter();
                overseers.any(|overseer| {
                    overseer == name || implications.broader(overseer).contains(name)
                })
            };
            let mut all = self.everything();
            all.scopes.retain(|scope| !oversees(scope));
            all.roles.retain(|role| !oversees(role));
            let all = first.with_all_of(&all);
            let has_more = |grant: &Grant| {
                let scopes = all.scopes.iter().any(|scope| !grant.scopes.contains(scope));
                scopes || all.roles.iter().any(|role| !grant.roles.contains(role))
            };
            if grants.iter().all(has_more) {
                grants.push(all);
            }
        }
        let grants = grants.into_iter().enumerate();
        let named = grants.map(|(at, grant)| {
            let name = if is_only && at == 0 {
                String::new()
            } else {
                format!("with {}", grant.names())
            };
            (name, grant)
        });
        named.collect()
    }

    fn is_overseer(&self, grant: &Grant) -> bool {
        let mut names = grant.scopes.iter().chain(&grant.roles);
        names.any(|name| self.attack.overseers.contains(name))
    }

    /// Returns the parts of the request that the route accepts, then those of requests without one of its optional parts, with one
    /// that it lacks, and with each other alternative.
    fn other_parts(&mut self) -> Vec<(String, Parts)> {
        let mut all = vec![(String::new(), self.parts.clone())];
        let mut push = |name: String, parts: Parts| all.push((name, parts));
        let (further, _) = self.target.further_parts();
        for (at, parts) in further.iter().enumerate() {
            push(format!("as the further sample {}", at + 1), parts.clone());
        }
        let mut smallest = self.target.candidates().ok().and_then(|mut all| all.pop());
        if let Some(parts) = &mut smallest {
            parts.list.retain(|part| !part.is_optional);
        }
        let mut is_cut = false;
        for (at, part) in self.parts.list.iter().enumerate() {
            let location = part.location;
            if location == InputLocation::Path {
                continue;
            }
            if part.is_optional {
                let mut parts = self.parts.clone();
                parts.list.remove(at);
                push(format!("without the {location}"), parts);
            }
            let Some(schema) = &part.schema else {
                continue;
            };
            let stated = further.iter().filter_map(|parts| parts.find(location));
            let stated: Vec<Value> = stated.map(|part| part.value.clone()).collect();
            let (values, has_more) = other_values(schema, &part.value, &stated, MAX_VALUES);
            is_cut |= has_more;
            for other in values {
                let parts = self.parts.with(at, other.value);
                push(format!("{} in the {location}", other.difference), parts);
            }
        }
        if let Some(parts) = smallest {
            push("without any optional part".to_owned(), parts);
        }
        let mut sent = HashSet::new();
        all.retain(|(_, parts)| {
            let request = self.target.request(parts);
            sent.insert((request.target, request.headers, request.body.bytes))
        });
        if is_cut {
            let reason = format!("more than {MAX_VALUES} other values of a part of the request");
            self.not_covered(AttackClass::OtherOwner, &reason);
        }
        all
    }

    /// Returns the requests of another owner to an object: as its own sends them, then below each object of the other owner.
    ///
    /// If the other owner has an object of the same id, the latter would be requests to this one. A `PUT` may create an object below
    /// an own one, which is tried in the first way only.
    pub(super) fn foreign(
        &self,
        object: &Object,
        owner: &str,
        ways: &Ways,
        way: Way,
    ) -> Vec<ForeignAccess> {
        let Some((parts, grant)) = ways.get(way) else {
            return Vec::new();
        };
        let Object { id, owner: own, .. } = object;
        let (description, difference) = (
            format!("{owner} accesses `{id}` of {own}"),
            ways.difference(way),
        );
        let attack = if self.above(object, own).is_empty() {
            ObjectAttack::Itself
        } else {
            ObjectAttack::Above
        };
        let authorize = |request| self.forge.authorize(&request, owner, grant);
        let accesses = self.accesses(object, parts).into_iter();
        let mut all: Vec<_> = accesses
            .map(|request| ForeignAccess {
                description: format!("{description}{difference}"),
                request: authorize(request),
                attack,
                is_below_own: false,
            })
            .collect();
        let mut objects = self.attack.objects.iter();
        let has_same_id = objects.any(|other| other.owner == owner && other.has_id_of(object));
        if !has_same_id && (way == Way::FIRST || self.target.method != Method::PUT) {
            for above in self.above(object, owner) {
                all.push(ForeignAccess {
                    description: format!("{description} below `{}`{difference}", above.id),
                    request: authorize(self.access(object, Some(above), parts)),
                    attack: ObjectAttack::Itself,
                    is_below_own: true,
                });
            }
        }
        all
    }

    /// Returns the requests of the owner of an object.
    pub(super) fn own(&self, object: &Object, ways: &Ways, way: Way) -> Vec<AttackRequest> {
        let Some((parts, grant)) = ways.get(way) else {
            return Vec::new();
        };
        let accesses = self.accesses(object, parts).into_iter();
        accesses
            .map(|request| self.forge.authorize(&request, &object.owner, grant))
            .collect()
    }

    /// Returns the requests to an object without a token, one for each object of its owner above it.
    pub(super) fn accesses(&self, object: &Object, parts: &Parts) -> Vec<AttackRequest> {
        let above = self.above(object, &object.owner);
        if above.is_empty() {
            return vec![self.access(object, None, parts)];
        }
        let below = |above| self.access(object, Some(above), parts);
        above.into_iter().map(below).collect()
    }

    /// Returns the objects of an owner above another object.
    pub(super) fn above(&self, object: &Object, owner: &str) -> Vec<&'e Object> {
        let all = self.attack.objects.iter();
        all.filter(|other| other.owner == owner && object.is_below(other))
            .collect()
    }

    fn access(&self, object: &Object, above: Option<&Object>, parts: &Parts) -> AttackRequest {
        let path = &self.target.path;
        let names = parameters(path);
        let mut parts = parts.clone();
        for object in above.into_iter().chain([object]) {
            // the route may have another name for the same parameter
            let at = parameters(&object.path).len().saturating_sub(1);
            let name = names.get(at).copied().unwrap_or_default();
            parts = parts.with_parameter(path, name, &object.id);
        }
        self.target.request(&parts)
    }
}
