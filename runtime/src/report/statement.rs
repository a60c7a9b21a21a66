//! Statements about facts that no code knows.

use std::fmt;

use crate::evidence::{day_number, is_date};
use crate::text::is_visible;

/// A fact about an API that its code cannot know, with the person who answers for it.
///
/// # Examples
///
/// ```
/// use palisade::report::{Statement, Topic};
///
/// let tls = Statement::new(Topic::TlsTermination, "the load balancer of the platform terminates TLS 1.3")
///     .by("Jane Doe, platform team")
///     .on("2026-11-29");
/// # let _ = tls;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a statement has no effect until it is passed to `Report::statement`"]
pub struct Statement {
    topic: Topic,
    text: String,
    owner: String,
    date: String,
}

/// The subject of a [`Statement`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// The objects at a path, such as `/orders/{id}`, and below it that no test attacks as another owner: why none belongs to a caller,
    /// or how else the access of other callers is tested (P3).
    ///
    /// The names of parameters do not matter. A path that the attack kit attacks with [objects](crate::testing::attack::Attack::object)
    /// needs no statement, unless some of these attacks could not be sent. The empty path identifies no object.
    Objects(&'static str),
    /// Which people administer the API and its clients, and that they are not its users (P7).
    SeparationOfDuties,
    /// How security issues are fixed, with a root cause and a test (P10).
    SecurityFixes,
    /// The end of TLS, and the protection of the connection behind it (R1).
    TlsTermination,
    /// The grants that the authorization server allows (R3).
    AllowedGrants,
    /// How redirect URIs are registered and compared (R4).
    RedirectUris,
    /// Which programs consume ID tokens, and how they validate them (R5).
    IdTokens,
    /// The owner of the clocks of the hosts (R6).
    Clock,
    /// Which scopes each client requests (R8).
    RequestedScopes,
    /// The places where clients store tokens, and their encryption (R9).
    StoredTokens,
    /// Whether clients use PKCE, and whether the authorization server demands it (R10).
    Pkce,
}

impl Topic {
    /// Every topic but [`Objects`](Self::Objects), in the order of the standard.
    pub const ALL: [Self; 10] = [
        Self::SeparationOfDuties,
        Self::SecurityFixes,
        Self::TlsTermination,
        Self::AllowedGrants,
        Self::RedirectUris,
        Self::IdTokens,
        Self::Clock,
        Self::RequestedScopes,
        Self::StoredTokens,
        Self::Pkce,
    ];

    /// Returns the question that the statement answers.
    pub fn question(self) -> &'static str {
        match self {
            Self::Objects(_) => {
                "why does no object belong to a caller, or how else is the access of other callers tested?"
            }
            Self::SeparationOfDuties => {
                "which people administer the API, and how are they kept apart from its users?"
            }
            Self::SecurityFixes => {
                "how is each security issue fixed, with a root cause and a test?"
            }
            Self::TlsTermination => {
                "where does TLS end, and what protects the connection behind it?"
            }
            Self::AllowedGrants => "which grants does the authorization server allow?",
            Self::RedirectUris => "how are redirect URIs registered and compared?",
            Self::IdTokens => "which programs consume ID tokens, and how do they validate them?",
            Self::Clock => "who keeps the clocks of the hosts right?",
            Self::RequestedScopes => "which scopes does each client request?",
            Self::StoredTokens => "where do clients store tokens, and how are they encrypted?",
            Self::Pkce => "do clients use PKCE, and does the authorization server demand it?",
        }
    }
}

/// The name of the variant, in words; with the path of [`Objects`](Topic::Objects).
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Objects(path) => return write!(f, "objects of `{path}`"),
            Self::SeparationOfDuties => "separation of duties",
            Self::SecurityFixes => "security fixes",
            Self::TlsTermination => "TLS termination",
            Self::AllowedGrants => "allowed grants",
            Self::RedirectUris => "redirect URIs",
            Self::IdTokens => "ID tokens",
            Self::Clock => "clock",
            Self::RequestedScopes => "requested scopes",
            Self::StoredTokens => "stored tokens",
            Self::Pkce => "PKCE",
        })
    }
}

impl Statement {
    /// Creates a statement. It counts once it has a text with a visible character, an [owner](Self::by) and a [date](Self::on).
    pub fn new(topic: Topic, text: impl Into<String>) -> Self {
        Self {
            topic,
            text: text.into(),
            owner: String::new(),
            date: String::new(),
        }
    }

    /// Sets the owner: the person or team that answers for the statement, with a visible character.
    pub fn by(self, owner: impl Into<String>) -> Self {
        let owner = owner.into();
        Self { owner, ..self }
    }

    /// Sets the date of the statement, in the form `YYYY-MM-DD`.
    ///
    /// A date more than a day after that of the attack results is a gap of the report.
    pub fn on(self, date: impl Into<String>) -> Self {
        let date = date.into();
        Self { date, ..self }
    }

    /// Returns the topic.
    pub fn topic(&self) -> Topic {
        self.topic
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    pub(super) fn date(&self) -> &str {
        &self.date
    }

    /// Returns the gap of a statement without a text, an owner or a date, or with a date more than a day after that of the attacks.
    pub(super) fn gap(&self, attacked_on: Option<&str>) -> Option<String> {
        let topic = self.topic;
        if let Some(part) = self.missing() {
            return Some(format!("the statement about {topic} has no {part}"));
        }
        let attacked_on = attacked_on?;
        let is_later = day_number(&self.date)? > day_number(attacked_on)?.saturating_add(1);
        is_later.then(|| {
            format!(
                "the statement about {topic} is of {}, after the attacks on {attacked_on}; run the attacks again, or correct its date",
                self.date
            )
        })
    }

    /// Returns the part that is missing or malformed.
    pub(super) fn missing(&self) -> Option<&'static str> {
        if !is_visible(&self.text) {
            Some("text")
        } else if !is_visible(&self.owner) {
            Some("owner")
        } else if !is_date(&self.date) {
            Some("date in the form `YYYY-MM-DD`")
        } else {
            None
        }
    }
}
