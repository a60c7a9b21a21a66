//! The command line.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use lexopt::prelude::*;
use palisade::claims::ScopeSet;

const USAGE: &str = "issuer --listen ADDR --audience AUD [--audience AUD]... [--clients FILE] [--data DIR] \
     [--auto-login USER] [--subject SUB] [--scopes SCOPES] [--role ROLE]...";

/// The longest subject, scope or role, in bytes.
const MAX_TEXT: usize = 1_000;

/// The command line.
pub(crate) struct Options {
    pub(crate) listen: SocketAddr,
    pub(crate) audiences: Vec<String>,
    pub(crate) clients: Option<PathBuf>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) auto_login: Option<String>,
    /// The claims of the token that is printed.
    pub(crate) token: Claims,
}

/// The claims of a token for development.
#[derive(Clone)]
pub(crate) struct Claims {
    pub(crate) audience: String,
    pub(crate) subject: String,
    pub(crate) scopes: String,
    pub(crate) roles: Vec<String>,
}

impl Options {
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let (mut listen, mut subject, mut scopes) = (None, None, None);
        let (mut clients, mut data, mut auto_login) = (None, None, None);
        let (mut audiences, mut roles) = (Vec::new(), Vec::new());
        let mut parser = lexopt::Parser::from_iter(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Long("listen") => listen = Some(parser.value()?.parse::<SocketAddr>()?),
                Long("audience") => audiences.push(parser.value()?.string()?),
                Long("clients") => clients = Some(parser.value()?.into()),
                Long("data") => data = Some(parser.value()?.into()),
                Long("auto-login") => auto_login = Some(parser.value()?.string()?),
                Long("subject") => subject = Some(parser.value()?.string()?),
                Long("scopes") => scopes = Some(parser.value()?.string()?),
                Long("role") => roles.push(parser.value()?.string()?),
                other => return Err(other.unexpected()),
            }
        }
        let listen = listen.ok_or("`--listen` is missing; usage: ".to_owned() + USAGE)?;
        if !listen.ip().is_loopback() {
            let reason = "everyone who can reach this issuer gets a token";
            return Err(format!("{listen} is not a loopback address, and {reason}").into());
        }
        let audience = audiences.first().cloned();
        let token = Claims {
            audience: audience.ok_or("`--audience` is missing; usage: ".to_owned() + USAGE)?,
            subject: subject.unwrap_or_else(|| "alice".to_owned()),
            scopes: scopes.unwrap_or_default(),
            roles,
        };
        token.check(&audiences)?;
        Ok(Self {
            listen,
            audiences,
            clients,
            data,
            auto_login,
            token,
        })
    }
}

impl Claims {
    /// Checks that an API could accept a token with these claims.
    pub(crate) fn check(&self, audiences: &[String]) -> Result<(), String> {
        if !audiences.contains(&self.audience) {
            return Err(format!("the audience must be one of {audiences:?}"));
        }
        if !audiences.iter().all(|audience| is_text(audience)) {
            return Err("an audience is empty, too long, or has control characters".to_owned());
        }
        if !is_text(&self.subject) {
            return Err("the subject is empty, too long, or has control characters".to_owned());
        }
        if self.scopes.len() > MAX_TEXT || ScopeSet::parse(&self.scopes).is_err() {
            return Err("the scopes must be separated by one space (RFC 6749 §3.3)".to_owned());
        }
        if !self.roles.iter().all(|role| is_text(role)) {
            return Err("a role is empty, too long, or has control characters".to_owned());
        }
        Ok(())
    }
}

fn is_text(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TEXT && !text.contains(char::is_control)
}
