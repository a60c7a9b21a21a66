//! The comparison of two locks.

use std::collections::BTreeSet;

use crate::lock::access::{Attribute, Attributes, Formula};
use crate::lock::entry::{ApiEntry, InputEntry, IssuerEntry, LIMITS, LockedGrants, RouteEntry};
use crate::lock::schema_change::schema_changes;
use crate::lock::snapshot::Lock;
use crate::lock::verdict::{Change, Comparison, Verdict};
use crate::lock::word::{quoted, word};

impl Lock {
    /// Compares a newer version of the API with this one, by logic.
    ///
    /// A change is weaker if some caller is admitted, or some input accepted, that was not before. Two versions that
    /// admit the same callers and accept the same input are equal, however they are written. The comparison knows
    /// the bounds that a schema expresses; it does not know the code of `custom` rules, types that parse
    /// themselves, and policies in handlers.
    pub fn compare(&self, newer: &Self) -> Comparison {
        let mut changes = Changes {
            subject: String::new(),
            changes: Vec::new(),
        };
        changes.api(&self.api, &newer.api);
        changes.issuers(&self.issuers, &newer.issuers);
        changes.routes(self, newer);
        Comparison::new(changes.changes)
    }
}

struct Changes {
    subject: String,
    changes: Vec<Change>,
}

impl Changes {
    fn push(&mut self, verdict: Verdict, detail: impl Into<String>) {
        self.changes.push(Change {
            verdict,
            subject: self.subject.clone(),
            detail: detail.into(),
        });
    }

    fn api(&mut self, old: &ApiEntry, new: &ApiEntry) {
        "the API".clone_into(&mut self.subject);
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

    fn issuers(&mut self, old: &[IssuerEntry], new: &[IssuerEntry]) {
        let find =
            |list: &[IssuerEntry], url: &str| list.iter().position(|issuer| issuer.url == url);
        for issuer in new {
            self.subject = format!("issuer `{}`", word(&issuer.url, &[]));
            match find(old, &issuer.url).and_then(|at| old.get(at)) {
                Some(old) => self.issuer(old, issuer),
                None => self.push(Verdict::Weaker, "its tokens are now accepted"),
            }
        }
        for issuer in old.iter().filter(|issuer| find(new, &issuer.url).is_none()) {
            self.subject = format!("issuer `{}`", word(&issuer.url, &[]));
            self.push(Verdict::Stronger, "its tokens are no longer accepted");
        }
    }

    fn issuer(&mut self, old: &IssuerEntry, new: &IssuerEntry) {
        let audience = |name: &str| format!("tokens for the audience `{name}` are");
        self.names(&old.audiences, &new.audiences, audience, "accepted");
        if old.validation != new.validation {
            let (old, new) = (quoted(&old.validation), quoted(&new.validation));
            self.push(
                Verdict::Incomparable,
                format!("its tokens were validated by {old}, now by {new}"),
            );
        }
        if new.token_limit > old.token_limit {
            let length = old.token_limit + 1;
            self.push(
                Verdict::Weaker,
                format!("a token of {length} bytes is now read"),
            );
        } else if new.token_limit < old.token_limit {
            let length = old.token_limit;
            self.push(
                Verdict::Stronger,
                format!("a token of {length} bytes is no longer read"),
            );
        }
        match (&old.grants, &new.grants) {
            (None, None) => {}
            (Some(_), None) => self.push(
                Verdict::Weaker,
                "every scope and role in its tokens is now trusted",
            ),
            (None, Some(_)) => self.push(
                Verdict::Stronger,
                "scopes and roles that it may not grant are no longer trusted",
            ),
            (Some(old), Some(new)) => self.grants(old, new),
        }
        self.list(&old.relaxations, &new.relaxations, |relaxation| {
            format!("the relaxation {}", quoted(relaxation))
        });
    }

    fn grants(&mut self, old: &LockedGrants, new: &LockedGrants) {
        self.names(
            &old.scopes,
            &new.scopes,
            |scope| format!("the scope `{scope}` in its tokens is"),
            "trusted",
        );
        self.names(
            &old.roles,
            &new.roles,
            |role| format!("the role `{role}` in its tokens is"),
            "trusted",
        );
    }

    fn routes(&mut self, old: &Lock, new: &Lock) {
        for route in &new.routes {
            self.subject = format!("`{}`", route.title());
            if let Some(old) = old.route(&route.key) {
                self.route(old, route);
                continue;
            }
            let access = &route.access;
            let least = access
                .alternatives()
                .into_iter()
                .min_by_key(Attributes::len);
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
            self.subject = format!("`{}`", route.title());
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
        if let Some(caller) = new.access.witness_against(&old.access) {
            let caller = described(&caller);
            self.push(Verdict::Weaker, format!("{caller} is now admitted: {why}"));
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
        let admitted = new.witness_against(old).map(|caller| described(&caller));
        let refused = old.witness_against(new).map(|caller| described(&caller));
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
                format!("{admitted} is now admitted, and {refused} is not any more"),
            ),
        }
    }

    /// Compares the callers that the announced access will admit. Without `next`, the present access remains.
    fn next(&mut self, old: &RouteEntry, new: &RouteEntry) {
        if old.next == new.next || old.next.is_none() && new.next.is_none() {
            return;
        }
        let [before, after] = [old, new].map(|route| route.next.as_ref().unwrap_or(&route.access));
        if let Some(caller) = after.witness_against(before) {
            let caller = described(&caller);
            let detail = format!("{caller} will still be admitted (`next` was `{before}`)");
            self.push(Verdict::Weaker, detail);
        } else if let Some(caller) = before.witness_against(after) {
            let caller = described(&caller);
            let detail = format!("{caller} will be refused (`next` is `{after}`)");
            self.push(Verdict::Stronger, detail);
        }
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

    /// Compares sets of names, of which more are weaker.
    fn names(
        &mut self,
        old: &BTreeSet<String>,
        new: &BTreeSet<String>,
        subject: impl Fn(&str) -> String,
        verb: &str,
    ) {
        for name in new.difference(old) {
            let subject = subject(&word(name, &[]));
            self.push(Verdict::Weaker, format!("{subject} now {verb}"));
        }
        for name in old.difference(new) {
            let subject = subject(&word(name, &[]));
            self.push(Verdict::Stronger, format!("{subject} no longer {verb}"));
        }
    }

    /// Compares sorted lists of exceptions, in which duplicates count.
    fn list(&mut self, old: &[String], new: &[String], describe: impl Fn(&String) -> String) {
        let mut removed = old.to_vec();
        for item in new {
            if let Some(at) = removed.iter().position(|other| other == item) {
                removed.swap_remove(at);
            } else {
                let description = describe(item);
                self.push(Verdict::Weaker, format!("{description} is new"));
            }
        }
        removed.sort();
        for item in &removed {
            let description = describe(item);
            self.push(Verdict::Stronger, format!("{description} is gone"));
        }
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
