//! The pages: HTML without scripts, whose every text is escaped.

use std::error::Error;
use std::fmt::{self, Write as _};

use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Html;
use palisade::relying_party::Login;
use palisade::{ErrorBody, Problem};

use crate::options::origin;
use crate::orders::Order;

/// A page.
pub(crate) type Page = Html<String>;

const LOG_IN: &str = r#"<a class="button" href="/login?return_to=/orders">Log in</a>"#;

const LOG_OUT: &str =
    r#"<form method="post" action="/logout"><button type="submit">Log out</button></form>"#;

/// Returns the policy of all responses: this program's style, no script, and forms to this program only.
///
/// The logout form is redirected to the provider, which browsers check too.
pub(crate) fn security_policy(
    issuer: &str,
    end_session: Option<&Uri>,
) -> Result<HeaderValue, Box<dyn Error>> {
    let issuer = origin(issuer)?;
    let logout = end_session
        .map(|url| origin(&url.to_string()))
        .transpose()?;
    let logout = logout.filter(|logout| *logout != issuer);
    let logout = logout.unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {issuer} {logout}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    Ok(HeaderValue::try_from(policy)?)
}

/// Returns the page for people who have not logged in.
pub(crate) fn welcome() -> Page {
    let content = format!(
        "<section class=\"card hero\"><h1>Your orders, in one place.</h1>\
         <p>Log in with your account to see what you have ordered, and where it is.</p>{LOG_IN}</section>"
    );
    page("Welcome", LOG_IN, &content)
}

/// Returns the page with a person's orders.
pub(crate) fn orders(name: &str, login: &Login, orders: &[Order]) -> Page {
    let mut content = format!(
        "<section class=\"card person\"><span class=\"avatar\" aria-hidden=\"true\">{}</span>\
         <div><h1>Kia ora, {}</h1><p>{} at {}</p></div></section>",
        Escaped(&initial(name)),
        Escaped(name),
        Escaped(login.subject()),
        Escaped(login.issuer()),
    );
    content.push_str("<section class=\"card\"><h2>Your orders</h2>");
    if orders.is_empty() {
        content.push_str("<p class=\"empty\">You have not ordered anything yet.</p>");
    } else {
        content.push_str(
            "<table><thead><tr><th>Article</th><th class=\"number\">Quantity</th><th>Status</th></tr></thead><tbody>",
        );
        for order in orders {
            content.push_str(&row(order));
        }
        content.push_str("</tbody></table>");
    }
    content.push_str("</section>");
    page("Your orders", LOG_OUT, &content)
}

/// Returns the page of a problem.
pub(crate) fn error(problem: &Problem) -> ErrorBody {
    let status = problem.status();
    let (title, detail) = match status {
        StatusCode::UNAUTHORIZED => (
            "Log in first",
            "This page is for people who have logged in.",
        ),
        _ => (
            problem.title_text(),
            problem
                .detail_text()
                .unwrap_or("Try again, or go back to the start."),
        ),
    };
    let actions = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            [r#"<a class="button" href="/">Start</a>"#, ""]
        }
        _ => [LOG_IN, r#" <a href="/">Start</a>"#],
    };
    let content = format!(
        "<section class=\"card hero\"><p class=\"status\">{}</p><h1>{}</h1><p>{}</p>{}</section>",
        status.as_u16(),
        Escaped(title),
        Escaped(detail),
        actions.concat(),
    );
    let Html(page) = page(title, "", &content);
    ErrorBody::new("text/html; charset=utf-8", page)
}

fn row(order: &Order) -> String {
    let note = order.note.as_deref().map(|note| {
        let note = Escaped(note);
        format!("<p class=\"note\">{note}</p>")
    });
    format!(
        "<tr><td>{}{}</td><td class=\"number\">{}</td><td><span class=\"badge\">{}</span></td></tr>",
        Escaped(&order.sku),
        note.unwrap_or_default(),
        order.quantity,
        Escaped(&order.status),
    )
}

fn page(title: &str, action: &str, content: &str) -> Page {
    Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>{} · Orders</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\
         <body><header><a class=\"brand\" href=\"/\">Orders</a><nav>{action}</nav></header>\
         <main>{content}</main></body></html>\n",
        Escaped(title)
    ))
}

/// Returns the first letter or digit of a name, in upper case.
fn initial(name: &str) -> String {
    let first = name.chars().find(|character| character.is_alphanumeric());
    first.into_iter().flat_map(char::to_uppercase).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_an_order_is_escaped() {
        let order = Order {
            sku: "<script>alert(1)</script>".to_owned(),
            quantity: 1,
            status: "\"><img src=x>".to_owned(),
            note: Some("' onload='x' & <b>".to_owned()),
        };
        let row = row(&order);
        for markup in ["<script", "<img", "<b>", "' onload"] {
            assert!(!row.contains(markup), "{row}");
        }
        assert!(row.contains("&amp; &lt;b&gt;"), "{row}");
    }

    #[test]
    fn policy_allows_forms_to_the_provider_only() {
        let end_session: Uri = "https://out.example/logout?a=b".parse().unwrap();
        let policy = security_policy("https://login.example/tenant", Some(&end_session)).unwrap();
        let policy = policy.to_str().unwrap();
        assert!(policy.contains("form-action 'self' https://login.example https://out.example;"));
        assert!(!policy.contains("script") && !policy.contains("unsafe"));
        assert!(security_policy("login.example", None).is_err());
    }
}
