//! The text of an inventory.

use std::fmt;

use axum::http::Method;

use crate::routing::inventory::{Inventory, Route};

/// A table: method, path, access, handler, limits that are not the defaults, and below each route its next access, its
/// relaxation and its exceptions; then the scopes that broader ones imply; then the reasons for undeclared routes; then
/// the relaxations of the API; then the hosts; then the resource; then the transport and the proxies of the listener; then
/// each issuer, its audiences, the validation of its tokens, its grants and its relaxations; then the routes that no token
/// can reach.
impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 5]> = self.routes.iter().map(Route::row).collect();
        let width = |column: fn(&[String; 5]) -> usize| rows.iter().map(column).max().unwrap_or(0);
        let (method, path, access, handler) = (
            width(|r| r[0].chars().count()),
            width(|r| r[1].chars().count()),
            width(|r| r[2].chars().count()),
            width(|r| r[3].chars().count()),
        );
        for (route, [m, p, a, h, limits]) in self.routes.iter().zip(&rows) {
            let row = format!("{m:method$}  {p:path$}  {a:access$}  {h:handler$}  {limits}");
            writeln!(f, "{}", row.trim_end())?;
            if let Some(selection) = route.selection() {
                writeln!(f, "  for {selection}")?;
            }
            if let Some(next) = &route.declaration().next {
                writeln!(f, "  next: {next}")?;
            }
            if route.accepts_tickets() {
                writeln!(
                    f,
                    "  relaxation: accepts a single-use ticket in the query instead of a token"
                )?;
            }
            for exception in route.exceptions() {
                writeln!(f, "  {exception}")?;
            }
        }
        for scope in self.implied_scopes() {
            let broader = scope.implied_by().iter().map(|scope| scope.as_str());
            let broader = broader.collect::<Vec<_>>().join(", ");
            writeln!(f, "scope {scope} is implied by {broader}")?;
        }
        for reason in self.undeclared() {
            writeln!(f, "undeclared routes beside the API: {reason}")?;
        }
        for relaxation in self.relaxations() {
            writeln!(f, "relaxation: {relaxation}")?;
        }
        if let Some(hosts) = self.hosts() {
            writeln!(f, "served for the hosts {} only", hosts.join(", "))?;
        }
        if let Some(resource) = self.resource() {
            writeln!(f, "resource {resource}")?;
        }
        self.write_listener(f)?;
        self.write_issuers(f)?;
        self.write_unreachable(f)
    }
}

impl Inventory {
    fn write_listener(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(listener) = self.listener() {
            writeln!(f, "served over {}", listener.transport)?;
            if let Some(peers) = listener.trusted_peers() {
                writeln!(f, "  forwarded header fields are trusted from {peers}")?;
            }
        }
        Ok(())
    }

    fn write_issuers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for issuer in self.issuers() {
            let audiences: Vec<_> = issuer.audiences().collect();
            let (url, audience) = (issuer.issuer(), audiences.join(" or "));
            let validation = issuer.validation();
            writeln!(f, "tokens of {url} for {audience}, by {validation}")?;
            if let Some(grants) = issuer.grants() {
                writeln!(f, "  grants: {grants}")?;
            }
            if issuer.hashes_subjects() {
                writeln!(f, "  audit events carry a keyed hash of the subject")?;
            }
            for relaxation in issuer.relaxations() {
                writeln!(f, "  relaxation: {relaxation}")?;
            }
        }
        Ok(())
    }

    fn write_unreachable(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for route in self.unreachable() {
            let [methods, path, access, ..] = route.row();
            writeln!(
                f,
                "unreachable: {methods} {path} requires {access}, which no issuer grants"
            )?;
        }
        Ok(())
    }
}

impl Route {
    fn row(&self) -> [String; 5] {
        let methods = self
            .methods
            .iter()
            .map(Method::as_str)
            .collect::<Vec<_>>()
            .join(",");
        [
            if methods.is_empty() {
                "*".to_owned()
            } else {
                methods
            },
            if self.is_fallback {
                format!("{}/… (fallback)", self.path)
            } else {
                self.path.clone()
            },
            self.handler.declaration.access.to_string(),
            self.handler.declaration.handler.to_owned(),
            self.handler.declaration.limits.to_string(),
        ]
    }
}
