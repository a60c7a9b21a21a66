//! The comparison of two locks.

use std::collections::BTreeSet;

use crate::lock::access::{Attribute, Attributes, Formula, TooManyAlternatives};
use crate::lock::changes::Changes;
use crate::lock::entry::{ApiEntry, ClaimsEntry, InputEntry, LIMITS, RouteEntry};
use crate::lock::schema_change::schema_changes;
use crate::lock::snapshot::{Lock, VERSION};
use crate::lock::verdict::{Comparison, Verdict};
use crate::lock::word::{quoted, word};

impl Lock {
    /// Compares a newer version of the API with this one, by logic.
    ///
    /// A change is weaker if some caller is admitted, or some input accepted, that was not before. Two versions that
    /// admit the same callers and accept the same input are equal, however they are written. The comparison knows
    /// the bounds that a schema expresses; it does not know the code of `custom` rules, types that parse
    /// themselves, policies in handlers, and claims whose type has no schema.
    ///
    /// Access is compared by its alternatives, the smallest sets of scopes and roles that it admits. If it has more than
    /// 512 and differs in more than its form, the change is incomparable.
    ///
    /// A file of version 1 lacks facts. If one of the locks comes from such a file and the other has some of these facts,
    /// one incomparable change says so, and all other facts are compared.
    pub fn compare(&self, newer: &Self) -> Comparison {
        let mut changes = Changes::default();
        let is_complete = self.version.min(newer.version) == VERSION;
        if !is_complete && (self.has_facts_of_version_2() || newer.has_facts_of_version_2()) {
            changes.lacks_facts_of_version_2();
        }
        changes.api(&self.api, &newer.api, is_complete);
        changes.issuers(&self.issuers, &newer.issuers);
        changes.routes(self, newer, is_complete);
        Comparison::new(changes.into_list())
    }
}

impl Changes {
    fn lacks_facts_of_version_2(&mut self) {
        self.set_subject("the lock file");
        self.push(
            Verdict::Incomparable,
            "its version 1 lacks the keys, algorithms, clock skew and roles claim of issuers, the check of revocations, and \
             the claims of callers",
        );
    }

    fn api(&mut self, old: &ApiEntry, new: &ApiEntry, is_complete: bool) {
        self.set_subject("the API");
        match (old.checks_revocations, new.checks_revocations) {
            _ if !is_complete => {}
            (true, false) => self.push(Verdict::Weaker, "a revoked token is now accepted"),
            (false, true) => {
                self.push(Verdict::Stronger, "a revoked token is no longer accepted");
            }
            _ => {}
        }
        match (&old.hosts, &new.hosts) {
            (None, None) => {}
            (Some(_), None) => self.push(Verdict::Weaker, "requests for every host are now served"),
            (None, Some(_)) => self.push(
                Verdict::Stronger,
                "requests for other hosts are no longer served",
            ),
            (Some(old), Some(new)) => self.names(
                old,
                new,
                |host| format!("requests for the host `{host}` are"),
                "served",
            ),
        }
        self.list(&old.undeclared, &new.undeclared, |reason| {
            format!("undeclared routes, because {},", quoted(reason))
        });
        self.list(&old.relaxations, &new.relaxations, |relaxation| {
            format!("the relaxation {}", quoted(relaxation))
        });
    }

    fn routes(&mut self, old: &Lock, new: &Lock, is_complete: bool) {
        for route in &new.routes {
            self.set_subject(format!("`{}`", route.title()));
            if let Some(old) = old.route(&route.key) {
                self.route(old, route);
                if is_complete {
                    self.claims(&old.claims, &route.claims);
                }
                continue;
            }
            let access = &route.access;
            let least = access.least_caller();
            let admits = least.map_or_else(|| "no caller".to_owned(), |caller| described(&caller));
            self.push(
                Verdict::New,
                format!("{admits} is admitted (its access is `{access}`)"),
            );
            if let Some(former) = old.handler_of(&route.key) {
                self.moved(
                    former,
                    route,
                    &format!("it was part of `{}`", former.title()),
                );
            }
        }
        for route in old
            .routes
            .iter()
            .filter(|route| new.route(&route.key).is_none())
        {
            self.set_subject(format!("`{}`", route.title()));
            self.push(Verdict::Gone, format!("its access was `{}`", route.access));
            if let Some(current) = new.handler_of(&route.key) {
                self.moved(
                    route,
                    current,
                    &format!("its requests now reach `{}`", current.title()),
                );
            }
        }
    }

    /// Reports callers who reach a route's requests by another route only since it is gone, or new.
    fn moved(&mut self, old: &RouteEntry, new: &RouteEntry, why: &str) {
        match new.access.witness_against(&old.access) {
            Ok(None) => {}
            Ok(Some(caller)) => {
                let caller = described(&caller);
                self.push(Verdict::Weaker, format!("{caller} is now admitted: {why}"));
            }
            Err(TooManyAlternatives) => {
                let (old, new) = (&old.access, &new.access);
                self.push(
                    Verdict::Incomparable,
                    format!("{TooManyAlternatives}, it was `{old}`, is `{new}`: {why}"),
                );
            }
        }
    }

    fn route(&mut self, old: &RouteEntry, new: &RouteEntry) {
        self.access(&old.access, &new.access);
        self.next(old, new);
        match (old.accepts_tickets, new.accepts_tickets) {
            (false, true) => self.push(
                Verdict::Weaker,
                "a ticket in the query is now accepted instead of a token",
            ),
            (true, false) => self.push(
                Verdict::Stronger,
                "a ticket in the query is no longer accepted",
            ),
            _ => {}
        }
        for (limit, (old, new)) in LIMITS.iter().zip(old.limits.into_iter().zip(new.limits)) {
            let unit = if limit.unit.is_empty() {
                String::new()
            } else {
                format!(" {}", limit.unit)
            };
            let numbers = format!("(`{}` was {old}{unit}, is {new}{unit})", limit.name);
            let request = limit.request;
            if new > old {
                let witness = old + 1;
                self.push(
                    Verdict::Weaker,
                    format!("{request} {witness}{unit} is now accepted {numbers}"),
                );
            } else if new < old {
                self.push(
                    Verdict::Stronger,
                    format!("{request} {old}{unit} is no longer accepted {numbers}"),
                );
            }
        }
        self.inputs(&old.inputs, &new.inputs);
        let [old, new] = [old, new].map(|route| {
            let exceptions = route.exceptions.iter();
            let texts = exceptions.map(|exception| {
                format!(
                    "{}, because {},",
                    exception.label,
                    quoted(&exception.reason)
                )
            });
            texts.collect::<Vec<_>>()
        });
        self.list(&old, &new, Clone::clone);
    }

    fn access(&mut self, old: &Formula, new: &Formula) {
        let (Ok(admitted), Ok(refused)) = (new.witness_against(old), old.witness_against(new))
        else {
            return self.push(
                Verdict::Incomparable,
                format!("{TooManyAlternatives}, it was `{old}`, is `{new}`"),
            );
        };
        let [admitted, refused] =
            [admitted, refused].map(|one| one.map(|caller| described(&caller)));
        match (admitted, refused) {
            (None, None) => {}
            (Some(admitted), None) => {
                self.push(Verdict::Weaker, format!("{admitted} is now admitted"));
            }
            (None, Some(refused)) => self.push(
                Verdict::Stronger,
                format!("{refused} is no longer admitted"),
            ),
            (Some(admitted), Some(refused)) => self.push(
                Verdict::Incomparable,
                format!("{admitted} is now admitted, and {refused} no longer is"),
            ),
        }
    }

    /// Compares the callers that the announced access will admit. Without `next`, the present access remains.
    fn next(&mut self, old: &RouteEntry, new: &RouteEntry) {
        if old.next == new.next || old.next.is_none() && new.next.is_none() {
            return;
        }
        let [before, after] = [old, new].map(|route| route.next.as_ref().unwrap_or(&route.access));
        let (Ok(admitted), Ok(refused)) =
            (after.witness_against(before), before.witness_against(after))
        else {
            return self.push(
                Verdict::Incomparable,
                format!("{TooManyAlternatives}, `next` was `{before}`, is `{after}`"),
            );
        };
        if let Some(caller) = admitted {
            let caller = described(&caller);
            let detail = format!("{caller} will still be admitted (`next` was `{before}`)");
            self.push(Verdict::Weaker, detail);
        } else if let Some(caller) = refused {
            let caller = described(&caller);
            let detail = format!("{caller} will be refused (`next` is `{after}`)");
            self.push(Verdict::Stronger, detail);
        }
    }

    /// Compares the claims of each argument; those that both versions have are the same.
    fn claims(&mut self, old: &[ClaimsEntry], new: &[ClaimsEntry]) {
        let (mut removed, mut added) = (old.to_vec(), Vec::new());
        for claims in new {
            match removed.iter().position(|other| other == claims) {
                Some(at) => {
                    removed.remove(at);
                }
                None => added.push(claims),
            }
        }
        for (old, new) in removed.iter().zip(&added) {
            self.claims_type(old, new);
        }
        for old in removed.iter().skip(added.len()) {
            let rules = rules(old, "former");
            self.push(
                Verdict::Weaker,
                format!("a caller whose claims break {rules} is now admitted"),
            );
        }
        for new in added.into_iter().skip(removed.len()) {
            let rules = rules(new, "new");
            self.push(
                Verdict::Stronger,
                format!("a caller whose claims break {rules} is no longer admitted"),
            );
        }
    }

    fn claims_type(&mut self, old: &ClaimsEntry, new: &ClaimsEntry) {
        if let (ClaimsEntry::Described(old), ClaimsEntry::Described(new)) = (old, new) {
            for change in schema_changes("claims", old, new) {
                self.push(change.verdict, change.detail);
            }
            return;
        }
        let (old, new) = (rules(old, "former"), rules(new, "new"));
        self.push(
            Verdict::Incomparable,
            format!(
                "a caller whose claims break {old} may be admitted, because they follow {new} now"
            ),
        );
    }

    /// Compares the inputs of each location; several of one location are in the order of the arguments.
    fn inputs(&mut self, old: &[InputEntry], new: &[InputEntry]) {
        let locations: BTreeSet<&str> = old
            .iter()
            .chain(new)
            .map(|input| input.location.as_str())
            .collect();
        for location in locations {
            let at = |inputs: &'_ [InputEntry]| -> Vec<InputEntry> {
                let here = inputs.iter().filter(|input| input.location == location);
                here.cloned().collect()
            };
            let (old, new) = (at(old), at(new));
            for (old, new) in old.iter().zip(&new) {
                self.input(old, new);
            }
            if new.len() > old.len() {
                self.push(
                    Verdict::Weaker,
                    format!("input in the {location} is now read"),
                );
            } else if new.len() < old.len() {
                self.push(
                    Verdict::Incomparable,
                    format!("the {location} is no longer validated, so that any is accepted"),
                );
            }
        }
    }

    fn input(&mut self, old: &InputEntry, new: &InputEntry) {
        let location = &new.location;
        match (old.is_optional, new.is_optional) {
            (false, true) => self.push(
                Verdict::Weaker,
                format!("a request without the {location} is now accepted"),
            ),
            (true, false) => self.push(
                Verdict::Stronger,
                format!("a request without the {location} is no longer accepted"),
            ),
            _ => {}
        }
        let media_type = |name: &str| format!("a {location} of the media type {} is", quoted(name));
        self.names(&old.media_types, &new.media_types, media_type, "accepted");
        match (&old.schema, &new.schema) {
            (None, None) => {}
            (Some(_), None) => self.push(
                Verdict::Weaker,
                format!("no known rule limits the {location} any more"),
            ),
            (None, Some(_)) => self.push(
                Verdict::Stronger,
                format!("known rules now limit the {location}"),
            ),
            (Some(old), Some(new)) => {
                for change in schema_changes(location, old, new) {
                    self.push(change.verdict, change.detail);
                }
            }
        }
    }
}

/// Names the rules of claims.
fn rules(claims: &ClaimsEntry, version: &str) -> String {
    match claims {
        ClaimsEntry::Described(_) => format!("the {version} rules"),
        ClaimsEntry::Opaque(name) => format!("the rules of the type `{}`", word(name, &[])),
    }
}

/// Describes a caller by the least attributes that it has.
fn described(caller: &Attributes) -> String {
    let attributes = caller.iter().map(|attribute| match attribute {
        Attribute::Login => "the session of a login".to_owned(),
        Attribute::Token => "a valid token".to_owned(),
        Attribute::Scope(scope) => format!("`{}`", word(scope, &[])),
        Attribute::Role(role) => format!("the role `{}`", word(role, &[])),
    });
    let attributes: Vec<String> = attributes.collect();
    match attributes.as_slice() {
        [] => "a caller without a token".to_owned(),
        attributes => format!("a caller with only {}", attributes.join(" and ")),
    }
}
