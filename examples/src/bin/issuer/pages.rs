//! The page on which a user logs in and consents: HTML without scripts, whose every text is escaped.

use std::fmt::{self, Write as _};

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName};
use axum::response::{Html, IntoResponse, Response};
use palisade::authorization_server::AuthorizationRequest;
use palisade::{ErrorBody, Problem};

use crate::users::{USERS, User};

pub(crate) const STYLE: &str = include_str!("style.css");

/// Returns the page, with the request sealed in its form.
pub(crate) fn sign_in(request: &AuthorizationRequest, sealed: &str) -> Response {
    let mut users = String::new();
    for (index, user) in USERS.iter().enumerate() {
        let is_hinted = request.login_hint() == Some(user.id);
        let is_first = index == 0
            && USERS
                .iter()
                .all(|user| request.login_hint() != Some(user.id));
        users.push_str(&choice(user, is_hinted || is_first));
    }
    let mut scopes = String::new();
    for scope in request.scopes().iter() {
        let _ = write!(
            scopes,
            "<li><code>{}</code> {}</li>",
            Escaped(scope),
            meaning(scope)
        );
    }
    let mut resources = String::new();
    for url in request.resources() {
        let _ = write!(resources, "<code>{}</code> ", Escaped(url));
    }
    let content = format!(
        "<h1>Log in to <em>{}</em></h1>\
         <form method=\"post\" action=\"/authorize/decision\">\
         <input type=\"hidden\" name=\"request\" value=\"{}\">\
         <fieldset><legend>Choose a development user</legend>{users}</fieldset>\
         <section><h2>It asks for</h2><ul>{scopes}</ul><p class=\"quiet\">at {resources}</p></section>\
         <div class=\"actions\"><button name=\"decision\" value=\"allow\">Allow</button>\
         <button class=\"secondary\" name=\"decision\" value=\"deny\">Deny</button></div></form>\
         <p class=\"quiet\">You return to <code>{}</code>.</p>",
        Escaped(request.client().name()),
        Escaped(sealed),
        Escaped(request.redirect_uri()),
    );
    let no_store = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let fields = [policy(request.redirect_uri()), no_store];
    (fields, page("Log in", &content)).into_response()
}

/// Returns the page of a problem.
pub(crate) fn error(problem: &Problem) -> ErrorBody {
    let detail = problem.detail_text().unwrap_or_default();
    let content = format!(
        "<p class=\"quiet\">{}</p><h1>{}</h1><p>{}</p>",
        problem.status().as_u16(),
        Escaped(problem.title_text()),
        Escaped(detail),
    );
    let Html(page) = page("Error", &content);
    ErrorBody::new("text/html; charset=utf-8", page)
}

/// Sets the policy of the pages of errors: this program's style, and no form.
pub(crate) async fn with_policy(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Returns the policy of the page: its style, no script, and a form whose response redirects to the client.
///
/// Browsers apply `form-action` to the redirect too, and do not understand private-use schemes with a path.
fn policy(redirect_uri: &str) -> (HeaderName, HeaderValue) {
    let target = match redirect_uri.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            let authority = rest.split(['/', '?']).next().unwrap_or_default();
            format!("{scheme}://{authority}")
        }
        _ => redirect_uri
            .split_once(':')
            .map_or_else(String::new, |(scheme, _)| format!("{scheme}:")),
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {target}; base-uri 'none'; frame-ancestors 'none'"
    );
    let fallback = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::try_from(policy).unwrap_or(fallback),
    )
}

fn choice(user: &User, is_checked: bool) -> String {
    let checked = if is_checked { " checked" } else { "" };
    format!(
        "<label><input type=\"radio\" name=\"user\" value=\"{}\"{checked}>\
         <span class=\"avatar\" aria-hidden=\"true\">{}</span>\
         <span>{}<small>{}</small></span></label>",
        Escaped(user.id),
        Escaped(user.name.get(..1).unwrap_or_default()),
        Escaped(user.name),
        Escaped(user.email),
    )
}

/// Explains the scopes that OpenID Connect defines.
fn meaning(scope: &str) -> &'static str {
    match scope {
        "openid" => "to know who you are",
        "profile" => "to know your name",
        "offline_access" => "to stay logged in",
        _ => "",
    }
}

fn page(title: &str, content: &str) -> Html<String> {
    Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>{} · development issuer</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\
         <body><main><p class=\"banner\">Development issuer: users need no password.</p>\
         <div class=\"card\">{content}</div></main></body></html>\n",
        Escaped(title)
    ))
}

/// A text whose characters with a meaning in HTML are escaped, for content and quoted attributes.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
