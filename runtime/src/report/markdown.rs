//! The report as Markdown.

use std::fmt;

use crate::report::document::Document;
use crate::report::issuer::{IssuerView, revocations};
use crate::report::line::{Line, Status};
use crate::report::listener::ListenerView;
use crate::report::text::Markdown;

/// The page.
pub(super) struct Page<'a>(pub(super) &'a Document);

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = self.0;
        writeln!(f, "# Security report: {}\n", Markdown(&document.title))?;
        let escaped = |text: &str| Markdown(text).to_string();
        let source = document.source(escaped, escaped);
        writeln!(f, "{source}")?;
        if !document.gaps.is_empty() {
            writeln!(f, "\n## Gaps\n")?;
            write_list(f, &document.gaps)?;
        }
        writeln!(
            f,
            "\n## The standard\n\n| line | status | basis |\n|---|---|---|"
        )?;
        for line in &document.standard {
            let (title, basis) = (Markdown(line.title), Markdown(&line.basis));
            writeln!(
                f,
                "| {} {title} | {} | {basis} |",
                line.id,
                name(line.status)
            )?;
        }
        for line in &document.standard {
            write_line(f, line)?;
        }
        write_endpoints(f, document)?;
        writeln!(f, "\n## Issuers\n")?;
        for issuer in &document.issuers {
            write_issuer(f, issuer)?;
        }
        if !document.issuers.is_empty() {
            let revocations = revocations(document.checks_revocations);
            writeln!(f, "\n{}", Markdown(revocations))?;
        }
        write_listener(f, document.listener.as_ref())?;
        writeln!(f, "\n## Exceptions and relaxations\n")?;
        write_list(f, &document.exceptions())
    }
}

fn name(status: Status) -> &'static str {
    match status {
        Status::Proved => "proved",
        Status::Declared => "declared",
        Status::Stated => "stated",
        Status::Gap => "gap",
    }
}

fn write_line(f: &mut fmt::Formatter<'_>, line: &Line) -> fmt::Result {
    writeln!(
        f,
        "\n### {} {}\n\n{}\n",
        line.id,
        Markdown(line.title),
        Markdown(line.asks)
    )?;
    write_list(f, &line.evidence)?;
    for statement in line.statement.iter().chain(&line.object_statements) {
        let (topic, text, owner, date) = (
            Markdown(&statement.topic),
            Markdown(&statement.text),
            Markdown(&statement.owner),
            Markdown(&statement.date),
        );
        writeln!(f, "- Statement about {topic}: {text} ({owner}, {date})")?;
    }
    for excused in &line.excused {
        writeln!(f, "- Excused: {}", Markdown(excused))?;
    }
    for gap in &line.gaps {
        writeln!(f, "- **Gap**: {}", Markdown(gap))?;
    }
    writeln!(
        f,
        "- OWASP ASVS 5.0: {}; API Security Top 10: {}",
        line.asvs.join(", "),
        line.top_10.join(", ")
    )
}

fn write_endpoints(f: &mut fmt::Formatter<'_>, document: &Document) -> fmt::Result {
    writeln!(
        f,
        "\n## Endpoints\n\n| endpoint | callers | checks | limits | refused attacks | notes |\n|---|---|---|---|--:|---|"
    )?;
    for endpoint in &document.endpoints {
        let reason = endpoint
            .public_because
            .as_ref()
            .map_or_else(String::new, |reason| format!(" because {reason}"));
        let access = format!("{}{reason}", endpoint.access);
        let checks = [endpoint.checks.clone(), endpoint.exceptions.clone()]
            .concat()
            .join("; ");
        let objects = endpoint.objects.iter();
        let notes: Vec<&str> = objects
            .chain(&endpoint.attack_gaps)
            .map(String::as_str)
            .collect();
        writeln!(
            f,
            "| {} {} | {} | {} | {} | {} | {} |",
            Markdown(&endpoint.method),
            Markdown(&endpoint.path),
            Markdown(&access),
            Markdown(&checks),
            Markdown(&endpoint.limits.join("; ")),
            endpoint.refused_attacks,
            Markdown(&notes.join("; "))
        )?;
    }
    Ok(())
}

fn write_issuer(f: &mut fmt::Formatter<'_>, issuer: &IssuerView) -> fmt::Result {
    writeln!(f, "- {}", Markdown(&issuer.url))?;
    for (name, fact) in issuer.facts() {
        writeln!(f, "  - {name}: {}", Markdown(&fact))?;
    }
    for relaxation in &issuer.relaxations {
        writeln!(f, "  - Relaxation: {}", Markdown(relaxation))?;
    }
    Ok(())
}

fn write_listener(f: &mut fmt::Formatter<'_>, listener: Option<&ListenerView>) -> fmt::Result {
    writeln!(f, "\n## Listener\n")?;
    let Some(listener) = listener else {
        return writeln!(
            f,
            "Unknown: the inventory does not come from a server of `palisade::serve`."
        );
    };
    writeln!(f, "- transport: {}", Markdown(&listener.transport))?;
    if let Some(certificates) = &listener.client_certificates {
        writeln!(f, "- {}", Markdown(certificates))?;
    }
    if let Some(proxies) = &listener.proxies {
        writeln!(f, "- proxies: {}", Markdown(proxies))?;
    }
    if !listener.probes.is_empty() {
        writeln!(f, "- probes: {}", Markdown(&listener.probes.join(", ")))?;
    }
    write_list(f, &listener.limits)
}

fn write_list(f: &mut fmt::Formatter<'_>, items: &[String]) -> fmt::Result {
    for item in items {
        writeln!(f, "- {}", Markdown(item))?;
    }
    Ok(())
}
