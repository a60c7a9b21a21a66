//! The security report: which protections an API declares, which of them attacks have confirmed, and what people state.
//!
//! `standard` has the twenty lines, `measured` the results of attacks that belong to the present declarations, `proof` the attacks
//! behind each line, `tested_issuer` the settings of the issuer that they were against, `objects` those on the objects of other callers, `facts` the evidence from an inventory, `issuer` and `listener` their parts; `line` and `document` join them, and
//! `html`, `markdown` and `json` are its forms.

mod authorization_server;
mod document;
mod facts;
mod html;
mod issuer;
mod line;
mod listener;
mod markdown;
mod measured;
mod objects;
mod proof;
mod sources;
mod standard;
mod statement;
mod tested_issuer;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::fmt;

#[cfg(feature = "authorization-server")]
use crate::authorization_server::AuthorizationServer;
use crate::evidence::AttackResults;
use crate::json;
use crate::report::authorization_server::ServerFacts;
use crate::report::document::Document;
use crate::report::measured::Measured;
use crate::report::sources::Sources;
pub use crate::report::statement::{Statement, Topic};
use crate::routing::Inventory;

/// The security report of an API, as HTML, Markdown and JSON.
///
/// It lists each endpoint with its callers, checks and limits, each relaxation with its reason, the issuers, the listener, and the
/// ten principles and ten requirements of the standard with their evidence. Each line states whether it is *declared*, *proved* by
/// refused attacks, or *stated* by a person; a missing proof or statement is a visible gap.
///
/// The report is deterministic: it has no date but those of statements and attack results.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::report::{Report, Statement, Topic};
///
/// # #[secured(scopes = "orders:read")]
/// # async fn list_orders() {}
/// let routes: SecureRouter = SecureRouter::new().route("/orders", get(list_orders));
/// let tls = Statement::new(Topic::TlsTermination, "the load balancer of the platform terminates TLS 1.3");
/// let report = Report::new("Orders", routes.inventory())
///     .statement(tls.by("Jane Doe, platform team").on("2026-11-29"));
/// assert!(report.to_html().contains("GET"));
///
/// let gaps = report.require_complete().unwrap_err();
/// assert!(gaps.gaps().iter().any(|gap| gap.starts_with("P7: ")));
/// ```
#[derive(Clone, Debug)]
pub struct Report<'a> {
    title: String,
    inventory: &'a Inventory,
    statements: BTreeMap<Topic, Statement>,
    results: Option<AttackResults>,
    servers: Vec<ServerFacts>,
}

/// The error of a report with gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncompleteReport {
    gaps: Vec<String>,
}

impl<'a> Report<'a> {
    /// Creates the report of an API with this name.
    ///
    /// With the [inventory of the server](crate::Server::inventory) that serves the API, the report includes the listener and
    /// its limits. The line about TLS needs no statement if the program terminates TLS itself and no proxy is in front of it.
    ///
    /// ```
    /// use palisade::report::Report;
    ///
    /// # fn show(api: palisade::Api) {
    /// let server = palisade::serve(api).tls("cert.pem", "key.pem");
    /// let inventory = server.inventory();
    /// let report = Report::new("Orders", &inventory);
    /// assert!(report.to_html().contains("the program serves TLS 1.2 and 1.3"));
    /// # }
    /// ```
    pub fn new(title: impl Into<String>, inventory: &'a Inventory) -> Self {
        Self {
            title: title.into(),
            inventory,
            statements: BTreeMap::new(),
            results: None,
            servers: Vec::new(),
        }
    }

    /// Adds an authorization server, whose rules are evidence for the lines about grants, redirect URIs and PKCE.
    ///
    /// They need no statement if such a server is the issuer of every token that the API accepts.
    #[cfg(feature = "authorization-server")]
    #[must_use]
    pub fn authorization_server(mut self, server: &AuthorizationServer) -> Self {
        self.servers.push(ServerFacts::of(server));
        self
    }

    /// Adds a statement, which replaces an earlier one about the same topic.
    #[must_use]
    pub fn statement(mut self, statement: Statement) -> Self {
        self.statements.insert(statement.topic(), statement);
        self
    }

    /// Adds the results of attacks, which prove the lines that they are about.
    ///
    /// The results of an endpoint are outdated, and prove nothing, if its declaration is another one than at the attack: see
    /// [`RouteResults::declaration`](crate::evidence::RouteResults::declaration) for the parts that count. Results without a commit or
    /// a date prove no line, and are one gap of the report.
    ///
    /// The attacks with broken tokens are against the issuer of a [`TestApi`](crate::testing::TestApi). They are evidence for a line only if each
    /// trusted issuer has the same settings: validation, algorithms, clock skew, lifetime of tokens, claim with the roles, maximum length
    /// of tokens, introspection and relaxations. Otherwise the line is *declared*, with each difference. A difference is no gap.
    #[must_use]
    pub fn attack_results(self, results: AttackResults) -> Self {
        let results = Some(results);
        Self { results, ..self }
    }

    /// Returns the report as one HTML page without scripts and without references to other files.
    pub fn to_html(&self) -> String {
        html::Page(&self.document()).to_string()
    }

    /// Returns the report as Markdown.
    pub fn to_markdown(&self) -> String {
        markdown::Page(&self.document()).to_string()
    }

    /// Returns the report as JSON, which ends with a line break.
    pub fn to_json(&self) -> String {
        json::to_text(&self.document())
    }

    /// Checks that each line has its proof and its statement.
    ///
    /// # Errors
    ///
    /// Returns every gap: a missing statement, one without an owner or a date, an attack without a result or with an outdated one,
    /// results without a commit or a date or without the settings of the attacked issuer, a trusted issuer without a valid token in the attacks, and an endpoint with an identifier in
    /// its path without a complete attack as another owner and without a statement on [`Topic::Objects`]. Of the attacks of one class that an
    /// endpoint admitted, it names the first.
    pub fn require_complete(&self) -> Result<(), IncompleteReport> {
        let gaps = self.document().gaps;
        if gaps.is_empty() {
            Ok(())
        } else {
            Err(IncompleteReport { gaps })
        }
    }

    fn document(&self) -> Document {
        let results = self.results.as_ref();
        let sources = Sources {
            inventory: self.inventory,
            statements: &self.statements,
            measured: results.map(|results| Measured::of(self.inventory, results)),
            servers: &self.servers,
        };
        Document::of(&self.title, &sources)
    }
}

impl IncompleteReport {
    /// Returns the gaps, each with the line of the standard: `P7: missing statement: …`. One without a line is about the attack
    /// results as a whole.
    pub fn gaps(&self) -> &[String] {
        &self.gaps
    }
}

/// The gaps, one on each line.
impl fmt::Display for IncompleteReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gaps = text::counted(self.gaps.len(), "gap", "gaps");
        write!(f, "the security report has {gaps}")?;
        for gap in &self.gaps {
            write!(f, "\n  {gap}")?;
        }
        Ok(())
    }
}

impl std::error::Error for IncompleteReport {}
