//! The report as one HTML page, without scripts and without references to other files.

use std::fmt;

use crate::report::document::{Document, Endpoint};
use crate::report::issuer::{IssuerView, revocations};
use crate::report::line::{Line, Status};
use crate::report::listener::ListenerView;
use crate::report::text::{Html, counted};

const STYLE: &str = include_str!("style.css");

/// The page.
pub(super) struct Page<'a>(pub(super) &'a Document);

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = self.0;
        let title = Html(&document.title);
        write!(
            f,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>Security report: {title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#content\">Skip to the content</a>\n<header>\n<p class=\"kind\">Security report</p>\n<h1>{title}</h1>\n"
        )?;
        write_summary(f, document)?;
        f.write_str(
            "<nav aria-label=\"Sections\"><ul>\
             <li><a href=\"#standard\">The standard</a></li><li><a href=\"#endpoints\">Endpoints</a></li>\
             <li><a href=\"#issuers\">Issuers</a></li><li><a href=\"#listener\">Listener</a></li><li><a href=\"#exceptions\">Exceptions</a></li></ul></nav>\n</header>\n<main id=\"content\">\n",
        )?;
        write_gaps(f, document)?;
        write_standard(f, document)?;
        write_endpoints(f, document)?;
        write_issuers(f, document)?;
        write_listener(f, document.listener.as_ref())?;
        write_exceptions(f, document)?;
        f.write_str(
            "</main>\n<footer><p>Generated from the declarations that the API enforces. <em>Proved</em> means that attacks on the API were \
             refused, <em>declared</em> that the code enforces it, <em>stated</em> that a person answers for it.</p></footer>\n</body>\n</html>\n",
        )
    }
}

fn write_summary(f: &mut fmt::Formatter<'_>, document: &Document) -> fmt::Result {
    let count = |status: Status| {
        document
            .standard
            .iter()
            .filter(|line| line.status == status)
            .count()
    };
    f.write_str("<ul class=\"summary\">")?;
    for (status, noun) in [
        (Status::Proved, "proved"),
        (Status::Declared, "declared"),
        (Status::Stated, "stated"),
        (Status::Gap, "with gaps"),
    ] {
        write!(
            f,
            "<li class=\"{}\"><strong>{}</strong> {noun}</li>",
            class(status),
            count(status)
        )?;
    }
    let public = document
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.public_because.is_some())
        .count();
    let endpoints = document.endpoints.len();
    let noun = if endpoints == 1 {
        "endpoint"
    } else {
        "endpoints"
    };
    write!(
        f,
        "<li><strong>{endpoints}</strong> {noun}</li><li><strong>{public}</strong> public</li></ul>\n<p class=\"source\">"
    )?;
    let source = document.source(
        |commit| format!("<code>{}</code>", Html(commit)),
        |date| Html(date).to_string(),
    );
    writeln!(f, "{source}</p>")
}

fn class(status: Status) -> &'static str {
    match status {
        Status::Proved => "proved",
        Status::Declared => "declared",
        Status::Stated => "stated",
        Status::Gap => "gap",
    }
}

fn write_gaps(f: &mut fmt::Formatter<'_>, document: &Document) -> fmt::Result {
    if document.gaps.is_empty() {
        return Ok(());
    }
    let gaps = document.gaps.len();
    writeln!(
        f,
        "<section class=\"gaps\" aria-label=\"Gaps\">\n<h2 id=\"gaps\">{}</h2>",
        counted(gaps, "gap", "gaps")
    )?;
    let open = if gaps <= 20 { " open" } else { "" };
    writeln!(f, "<details{open}><summary>Missing</summary>")?;
    write_list(f, &document.gaps)?;
    f.write_str("</details>\n</section>\n")
}

fn write_standard(f: &mut fmt::Formatter<'_>, document: &Document) -> fmt::Result {
    f.write_str("<section aria-label=\"The standard\">\n<h2 id=\"standard\">The standard</h2>\n")?;
    for (heading, prefix) in [("Ten principles", "P"), ("Ten requirements", "R")] {
        writeln!(f, "<h3>{heading}</h3>\n<div class=\"lines\">")?;
        for line in document
            .standard
            .iter()
            .filter(|line| line.id.starts_with(prefix))
        {
            write_line(f, line)?;
        }
        f.write_str("</div>\n")?;
    }
    f.write_str("</section>\n")
}

fn write_line(f: &mut fmt::Formatter<'_>, line: &Line) -> fmt::Result {
    let Line {
        id, title, asks, ..
    } = line;
    let status = class(line.status);
    write!(
        f,
        "<article class=\"line {status}\" id=\"{id}\"><h4><span class=\"id\">{id}</span> {}</h4>\
         <p class=\"basis\"><span class=\"badge\">{status}</span> {}</p><p>{}</p>",
        Html(title),
        Html(&line.basis),
        Html(asks)
    )?;
    write_list(f, &line.evidence)?;
    for statement in line.statement.iter().chain(&line.object_statements) {
        write!(
            f,
            "<blockquote><p>{}</p><footer>{}, {} ({})</footer></blockquote>",
            Html(&statement.text),
            Html(&statement.owner),
            Html(&statement.date),
            Html(&statement.topic)
        )?;
    }
    if !line.excused.is_empty() {
        f.write_str("<p>Attacks that the test excuses:</p>")?;
        write_list(f, &line.excused)?;
    }
    if !line.gaps.is_empty() {
        let count = line.gaps.len();
        write!(
            f,
            "<details class=\"missing\"><summary>Missing: {count}</summary>"
        )?;
        write_list(f, &line.gaps)?;
        f.write_str("</details>")?;
    }
    writeln!(
        f,
        "<p class=\"refs\">OWASP ASVS 5.0: {}. API Security Top 10: {}.</p></article>",
        line.asvs.join(", "),
        line.top_10.join(", ")
    )
}

fn write_endpoints(f: &mut fmt::Formatter<'_>, document: &Document) -> fmt::Result {
    f.write_str(
        "<section aria-label=\"Endpoints\">\n<h2 id=\"endpoints\">Endpoints</h2>\n\
         <div class=\"table\" role=\"region\" aria-label=\"Table of endpoints\" tabindex=\"0\">\n<table role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\">",
    )?;
    for name in ["Endpoint", "Callers", "Checks", "Limits", "Attacks"] {
        write!(f, "<th scope=\"col\" role=\"columnheader\">{name}</th>")?;
    }
    f.write_str("</tr></thead>\n<tbody role=\"rowgroup\">\n")?;
    for endpoint in &document.endpoints {
        write_endpoint(f, endpoint)?;
    }
    f.write_str("</tbody>\n</table>\n</div>\n</section>\n")
}

/// The start of a cell, up to the name of its column, which narrow windows show in each cell.
const CELL: &str = "<td role=\"cell\" data-column=\"";

fn write_endpoint(f: &mut fmt::Formatter<'_>, endpoint: &Endpoint) -> fmt::Result {
    write!(
        f,
        "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><code><b>{}</b> {}</code><small>{}</small></th>{CELL}Callers\"><code>{}</code>",
        Html(&endpoint.method),
        Html(&endpoint.path),
        Html(&endpoint.handler),
        Html(&endpoint.access)
    )?;
    if let Some(reason) = &endpoint.public_because {
        write!(f, "<small>because {}</small>", Html(reason))?;
    }
    write!(f, "</td>{CELL}Checks\">")?;
    write_list(f, &endpoint.checks)?;
    if !endpoint.exceptions.is_empty() {
        f.write_str("<p class=\"warning\">Exceptions:</p>")?;
        write_list(f, &endpoint.exceptions)?;
    }
    write!(f, "</td>{CELL}Limits\">")?;
    write_list(f, &endpoint.limits)?;
    write!(f, "</td>{CELL}Attacks\">")?;
    match endpoint.refused_attacks {
        0 => f.write_str("none recorded")?,
        count => write!(f, "{count} refused")?,
    }
    if let Some(objects) = &endpoint.objects {
        write!(f, "<small>{}</small>", Html(objects))?;
    }
    write_list(f, &endpoint.attack_gaps)?;
    f.write_str("</td></tr>\n")
}

fn write_issuers(f: &mut fmt::Formatter<'_>, document: &Document) -> fmt::Result {
    f.write_str("<section aria-label=\"Issuers\">\n<h2 id=\"issuers\">Issuers</h2>\n")?;
    if document.issuers.is_empty() {
        f.write_str("<p>None: this is the report of a router without a resource server.</p>\n")?;
    }
    for issuer in &document.issuers {
        write_issuer(f, issuer)?;
    }
    if !document.issuers.is_empty() {
        let revocations = revocations(document.checks_revocations);
        writeln!(f, "<p>{revocations}</p>")?;
    }
    f.write_str("</section>\n")
}

fn write_issuer(f: &mut fmt::Formatter<'_>, issuer: &IssuerView) -> fmt::Result {
    write!(
        f,
        "<article class=\"issuer\"><h3>{}</h3><dl>",
        Html(&issuer.url)
    )?;
    for (name, fact) in issuer.facts() {
        write!(f, "<dt>{name}</dt><dd>{}</dd>", Html(&fact))?;
    }
    f.write_str("</dl>")?;
    if !issuer.relaxations.is_empty() {
        f.write_str("<p class=\"warning\">Relaxations:</p>")?;
        write_list(f, &issuer.relaxations)?;
    }
    f.write_str("</article>\n")
}

fn write_exceptions(f: &mut fmt::Formatter<'_>, document: &Document) -> fmt::Result {
    let mut all = document.exceptions();
    if all.is_empty() {
        all.push("none".to_owned());
    }
    f.write_str("<section aria-label=\"Exceptions and relaxations\">\n<h2 id=\"exceptions\">Exceptions and relaxations</h2>\n")?;
    write_list(f, &all)?;
    f.write_str("</section>\n")
}

fn write_listener(f: &mut fmt::Formatter<'_>, listener: Option<&ListenerView>) -> fmt::Result {
    f.write_str("<section aria-label=\"Listener\">\n<h2 id=\"listener\">Listener</h2>\n")?;
    let Some(listener) = listener else {
        return f.write_str("<p>Unknown: the inventory does not come from a server of <code>palisade::serve</code>.</p>\n</section>\n");
    };
    let transport = Html(&listener.transport);
    write!(
        f,
        "<div class=\"issuer\"><dl><dt>Transport</dt><dd>{transport}</dd>"
    )?;
    let probes = Some(listener.probes.join(", ")).filter(|probes| !probes.is_empty());
    for (name, value) in [
        ("Client certificates", &listener.client_certificates),
        ("Proxies", &listener.proxies),
        ("Probes", &probes),
    ] {
        if let Some(value) = value {
            write!(f, "<dt>{name}</dt><dd>{}</dd>", Html(value))?;
        }
    }
    f.write_str("<dt>Limits</dt><dd>")?;
    write_list(f, &listener.limits)?;
    f.write_str("</dd></dl></div>\n</section>\n")
}

/// Writes a list, or nothing if it is empty.
fn write_list(f: &mut fmt::Formatter<'_>, items: &[String]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    f.write_str("<ul>")?;
    for item in items {
        write!(f, "<li>{}</li>", Html(item))?;
    }
    f.write_str("</ul>\n")
}
