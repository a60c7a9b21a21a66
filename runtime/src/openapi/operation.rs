//! One operation, from the routes of a path and method.

use axum::http::Method;
use serde_json::json;

use crate::openapi::merge::merged;
use crate::openapi::objects::{Operation, Parameter};
use crate::openapi::parameters::input;
use crate::openapi::problems::Problems;
use crate::openapi::returned::returned;
use crate::openapi::schemas::Schemas;
use crate::openapi::security::Security;
use crate::openapi::template::PathTemplate;
use crate::openapi::text::code;
use crate::policy::Access;
use crate::routing::Route;

/// The parts of a document that its operations share.
pub(super) struct Context<'a> {
    pub(super) security: Security<'a>,
    pub(super) problems: Problems,
    pub(super) schemas: Schemas,
}

/// A route at the path of an operation.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) route: &'a Route,
    pub(super) template: &'a PathTemplate,
}

impl Context<'_> {
    /// Describes the routes of a path and method: one, or those among which header fields choose.
    pub(super) fn operation(
        &mut self,
        members: &[Member<'_>],
        method: &Method,
        allow: &str,
    ) -> Operation {
        let mut described = members
            .iter()
            .map(|member| (member.route, self.one(*member, method, allow)))
            .collect::<Vec<_>>();
        if let [(route, _)] = &*described
            && route.selection().is_none()
        {
            return described.remove(0).1;
        }
        merged(described)
    }

    fn one(&mut self, member: Member<'_>, method: &Method, allow: &str) -> Operation {
        let Member { route, template } = member;
        let input = input(route, template, &mut self.schemas);
        let mut parameters = input.parameters;
        parameters.extend(condition(route));
        let mut responses = returned(route.returned(), method, &mut self.schemas);
        for (status, problem) in self.problems.of(route, method, allow) {
            responses.entry(status).or_insert(problem);
        }
        if *method == Method::HEAD {
            responses = responses
                .into_iter()
                .map(|(status, response)| (status, self.problems.without_content(response)))
                .collect();
        }
        let (summary, docs) = docs(route);
        let mut paragraphs: Vec<String> = docs.into_iter().collect();
        paragraphs.extend(access(route));
        paragraphs.extend(input.comments);
        Operation {
            id: String::new(),
            tags: template.group().map(str::to_owned).into_iter().collect(),
            summary,
            description: paragraphs.join("\n\n"),
            parameters,
            request_body: input.body,
            responses,
            security: self.security.requirements(route),
        }
    }
}

/// Returns the first paragraph of the handler's documentation, or its name in words; and the rest.
fn docs(route: &Route) -> (String, Option<String>) {
    let lines = route
        .docs()
        .iter()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = text.trim();
    let (first, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let summary = first.replace('\n', " ");
    let summary = match summary.trim_end_matches('.') {
        "" => in_words(route.declaration().handler),
        summary => summary.to_owned(),
    };
    let rest = rest.trim().to_owned();
    (summary, Some(rest).filter(|text| !text.is_empty()))
}

/// Returns the name of a function as words: `Show order`.
fn in_words(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut characters = words.trim().chars();
    let first = characters.next();
    first
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(characters)
        .collect()
}

/// Describes the access, which the list of requirements expresses without roles.
fn access(route: &Route) -> Option<String> {
    let text = match &route.declaration().access {
        Access::Public { .. } => return None,
        Access::Authenticated => "Requires a valid access token.".to_owned(),
        Access::Login => "Requires a login.".to_owned(),
        access @ (Access::Scopes(_)
        | Access::Roles(_)
        | Access::ScopesAndRoles(..)
        | Access::LoginOr(_)) => {
            format!("Requires {}.", code(&access.to_string()))
        }
    };
    let ticket = route.accepts_tickets();
    let ticket = ticket.then(|| "A ticket in the query replaces the token.".to_owned());
    let next = route.declaration().next.as_ref();
    let next = next.map(|next| format!("Will require {}.", code(&next.to_string())));
    let sentences: Vec<String> = [Some(text), ticket, next].into_iter().flatten().collect();
    Some(sentences.join(" "))
}

/// Returns the parameter `If-None-Match`, if the response depends on the version that the client has.
fn condition(route: &Route) -> Option<Parameter> {
    route.returned().is_conditional.then(|| Parameter {
        name: "If-None-Match".to_owned(),
        location: "header",
        description: Some("The `ETag` of the version that the client has.".to_owned()),
        required: false,
        style: None,
        explode: None,
        schema: json!({ "type": "string" }),
    })
}
