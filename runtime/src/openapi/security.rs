//! The security schemes of a document, and what each operation requires of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::claims::Scope;
#[cfg(feature = "discovery")]
use crate::discovery::MetadataDocument;
use crate::openapi::objects::{SchemeKind, SecurityRequirement, SecurityScheme};
use crate::openapi::text::code;
use crate::policy::{Access, Requirement};
use crate::resource_server::IssuerSummary;
use crate::routing::{Inventory, Route};

/// The scheme of the session's cookie.
#[cfg(feature = "relying-party")]
const SESSION: &str = "session";

/// The scheme of a ticket.
const TICKET: &str = "ticket";

/// The maximum number of alternatives that an operation lists for an issuer; its description has all.
const MAX_ALTERNATIVES: usize = 64;

/// The schemes of an inventory.
pub(super) struct Security<'a> {
    issuers: Vec<(String, &'a IssuerSummary)>,
}

impl<'a> Security<'a> {
    /// Names a scheme for each issuer.
    pub(super) fn of(inventory: &'a Inventory) -> Self {
        let mut names: BTreeSet<String> = BTreeSet::new();
        let issuers = inventory.issuers().iter().map(|issuer| {
            let base = scheme_name(issuer.issuer());
            let mut name = base.clone();
            let mut number = 2_u32;
            while name == TICKET || name == "session" || !names.insert(name.clone()) {
                name = format!("{base}{number}");
                number += 1;
            }
            (name, issuer)
        });
        Self {
            issuers: issuers.collect(),
        }
    }

    /// Returns the alternatives of a route; none only for a public one.
    pub(super) fn requirements(&self, route: &Route) -> Vec<SecurityRequirement> {
        let declaration = route.declaration();
        let mut alternatives = Vec::new();
        if declaration.is_public() {
            return alternatives;
        }
        #[cfg(feature = "relying-party")]
        if declaration.access.admits_login() {
            alternatives.push(single(SESSION, Vec::new()));
        }
        if let Some(access) = token_access(&declaration.access) {
            alternatives.extend(self.of_tokens(access));
        }
        if route.accepts_tickets() {
            alternatives.push(single(TICKET, Vec::new()));
        }
        alternatives
    }

    /// Returns what a token of each issuer must have. An empty list would mean that no token is required.
    fn of_tokens(&self, access: &Access) -> Vec<SecurityRequirement> {
        let grants = |issuer: &IssuerSummary| {
            let grants = issuer.grants();
            grants.is_none_or(|grants| access.is_grantable(grants))
        };
        let granting = self.issuers.iter().filter(|(_, issuer)| grants(issuer));
        let mut names: Vec<&String> = granting.map(|(name, _)| name).collect();
        if names.is_empty() {
            names = self.issuers.iter().map(|(name, _)| name).collect();
        }
        let mut sets = match access.scopes() {
            Some(scopes) => scopes.narrowest_alternatives(),
            None => vec![Vec::new()],
        };
        if sets.is_empty() {
            sets.push(Vec::new());
        }
        let of_issuer = |name: &String| {
            let sets = sets.iter().take(MAX_ALTERNATIVES);
            let text =
                |set: &Vec<Scope>| set.iter().map(|scope| scope.as_str().to_owned()).collect();
            let requirements = sets.map(|set| single(name, text(set)));
            requirements.collect::<Vec<_>>()
        };
        names.into_iter().flat_map(of_issuer).collect()
    }

    /// Returns the schemes, with the scopes of the routes.
    pub(super) fn schemes(&self, inventory: &Inventory) -> BTreeMap<String, SecurityScheme> {
        let scopes = scopes(inventory);
        let issuers = self.issuers.iter();
        let mut schemes: BTreeMap<String, SecurityScheme> = issuers
            .map(|(name, issuer)| (name.clone(), of_issuer(issuer, &scopes)))
            .collect();
        #[cfg(feature = "relying-party")]
        if inventory
            .iter()
            .any(|route| route.declaration().access.admits_login())
        {
            let description = "The session of a login, which the application itself sends.";
            let scheme = api_key("cookie", crate::session::SESSION_COOKIE, description);
            schemes.insert(SESSION.to_owned(), scheme);
        }
        if inventory.iter().any(Route::accepts_tickets) {
            let description = "A ticket for one request, which another operation issues.";
            let scheme = api_key("query", crate::guard::TICKET_PARAMETER, description);
            schemes.insert(TICKET.to_owned(), scheme);
        }
        schemes
    }
}

fn single(name: &str, scopes: Vec<String>) -> SecurityRequirement {
    SecurityRequirement::from([(name.to_owned(), scopes)])
}

/// Returns the part of the access that a token can satisfy.
fn token_access(access: &Access) -> Option<&Access> {
    match access {
        Access::Login => None,
        Access::LoginOr(token) => token_access(token),
        other => Some(other),
    }
}

fn api_key(location: &'static str, name: &'static str, description: &str) -> SecurityScheme {
    SecurityScheme {
        description: description.to_owned(),
        kind: SchemeKind::ApiKey { location, name },
    }
}

fn of_issuer(issuer: &IssuerSummary, scopes: &BTreeSet<Scope>) -> SecurityScheme {
    let audiences: Vec<String> = issuer.audiences().map(code).collect();
    let mut description = format!(
        "Access tokens of {} for the audience {}.",
        code(issuer.issuer()),
        audiences.join(" or ")
    );
    #[cfg(feature = "discovery")]
    description.extend(metadata(issuer));
    let is_granted = |scope: &&Scope| {
        let grants = issuer.grants();
        grants.is_none_or(|grants| grants.includes_scope(scope.as_str()))
    };
    let granted: Vec<String> = scopes.iter().filter(is_granted).map(described).collect();
    if !granted.is_empty() {
        description.push_str("\n\nScopes:\n\n");
        description.push_str(&granted.join("\n"));
    }
    SecurityScheme {
        description,
        kind: kind(issuer),
    }
}

/// Returns the kind of an issuer's scheme.
///
/// `openIdConnect` needs the OpenID Connect Discovery document, and `oauth2` needs the URLs of endpoints, which a resource
/// server does not know. Every other issuer has `http`, which is correct for all bearer tokens.
fn kind(issuer: &IssuerSummary) -> SchemeKind {
    #[cfg(feature = "introspection")]
    let has_jwts_only = !issuer.accepts_opaque_tokens();
    #[cfg(not(feature = "introspection"))]
    let has_jwts_only = issuer.profile().is_some();
    #[cfg(feature = "discovery")]
    if let (true, Some((MetadataDocument::OpenId, url))) =
        (has_jwts_only, issuer.metadata_document())
    {
        return SchemeKind::OpenIdConnect { url };
    }
    SchemeKind::Http {
        scheme: "bearer",
        format: has_jwts_only.then_some("JWT"),
    }
}

/// Names the metadata document of an issuer whose scheme has no member for it.
#[cfg(feature = "discovery")]
fn metadata(issuer: &IssuerSummary) -> Option<String> {
    let (document, url) = issuer.metadata_document()?;
    let standard = match document {
        MetadataDocument::OpenId => "OpenID Connect Discovery",
        MetadataDocument::OAuth => "RFC 8414",
    };
    let is_member = matches!(kind(issuer), SchemeKind::OpenIdConnect { .. });
    (!is_member).then(|| {
        let url = code(&url);
        format!(" The metadata of the issuer is at {url} ({standard}).")
    })
}

/// Describes a scope as an item of a list.
fn described(scope: &Scope) -> String {
    let mut item = format!("- {}", code(scope.as_str()));
    if !scope.description().is_empty() {
        item.push_str(": ");
        item.push_str(scope.description().trim());
    }
    let broader: Vec<String> = scope
        .implied_by()
        .iter()
        .map(|s| code(s.as_str()))
        .collect();
    if !broader.is_empty() {
        item.push_str(" (implied by ");
        item.push_str(&broader.join(", "));
        item.push(')');
    }
    item
}

/// Returns each scope once: those of the declarations, those that a route will require, and those that imply them.
fn scopes(inventory: &Inventory) -> BTreeSet<Scope> {
    let mut by_token: BTreeMap<&'static str, Scope> = BTreeMap::new();
    let required = inventory.iter().flat_map(|route| {
        let declaration = route.declaration();
        [Some(&declaration.access), declaration.next.as_ref()]
    });
    let required = required.flatten().filter_map(Access::scopes);
    let declared = required.flat_map(Requirement::alternatives).flatten();
    for scope in
        declared.flat_map(|scope| std::iter::once(scope).chain(scope.implied_by().iter().copied()))
    {
        let known = by_token.entry(scope.as_str()).or_insert(scope);
        // a scope that implies others may be written without its own description
        if known.description().is_empty() && !scope.description().is_empty() {
            *known = scope;
        }
    }
    by_token.into_values().collect()
}

/// Returns the host and path of an issuer, with characters that a component's name may have.
fn scheme_name(issuer: &str) -> String {
    let (_, rest) = issuer.split_once("://").unwrap_or(("", issuer));
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name = rest.trim_matches('/').chars();
    let name: String = name.map(|c| if is_allowed(c) { c } else { '_' }).collect();
    if name.is_empty() {
        "access_token".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;
    use crate::testing::EmbeddedIssuer;

    /// An empty list would mean that the handler is public.
    #[tokio::test]
    async fn access_that_no_scopes_satisfy_still_requires_a_token() {
        let issuer = EmbeddedIssuer::new("https://login.example").issuer("a");
        let server = ResourceServer::builder().trust(issuer).build().await;
        let api = SecureRouter::<()>::new().protect(server.unwrap());
        let security = Security::of(api.inventory());
        for scopes in [Requirement::Any(&[]), Requirement::All(&[])] {
            assert_eq!(
                security.of_tokens(&Access::Scopes(scopes)),
                [single("login.example", Vec::new())]
            );
        }
    }

    #[test]
    fn scheme_is_named_like_the_issuer() {
        for (issuer, name) in [
            ("https://login.example.govt.nz", "login.example.govt.nz"),
            ("https://login.example/realms/x/", "login.example_realms_x"),
            ("http://127.0.0.1:8080", "127.0.0.1_8080"),
            ("https://[::1]:1", "___1__1"),
            ("", "access_token"),
        ] {
            assert_eq!(scheme_name(issuer), name, "{issuer}");
        }
    }
}
