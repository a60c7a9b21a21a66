//! A ticket, and the errors of issuing one.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// The number of random bytes in a ticket: 256 bits.
const RANDOM_BYTES: usize = 32;

/// The number of characters of a ticket.
const LEN: usize = 43;

/// A single-use value that authenticates one request in place of a token.
///
/// [`Tickets`](crate::Tickets) issues it. As a response, it is the JSON object `{"ticket": "…", "expires_in": 30}`, with
/// its lifetime in seconds.
pub struct Ticket {
    text: Zeroizing<String>,
    lifetime: Duration,
}

impl Ticket {
    /// Creates a random ticket.
    pub(super) fn random(lifetime: Duration) -> Result<Self, TicketError> {
        let mut bytes = Zeroizing::new([0; RANDOM_BYTES]);
        rand::fill(&mut *bytes).map_err(|_| TicketError::NoRandomness)?;
        let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes));
        Ok(Self { text, lifetime })
    }

    /// Returns whether a text could be a ticket.
    pub(super) fn is_well_formed(text: &[u8]) -> bool {
        let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        text.len() == LEN && text.iter().all(is_base64url)
    }

    /// Returns the ticket: 43 letters, digits, `-` and `_`, which need no escape in a URL.
    ///
    /// # Security
    ///
    /// Send it to the caller only, and do not log it.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Returns the time until the ticket expires, if nothing uses it.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }
}

/// Redacts the ticket.
impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket([redacted])")
    }
}

/// The reason why [`Tickets`](crate::Tickets) issues no ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TicketError {
    /// The request was itself authenticated by a ticket. The response is 403.
    AuthenticatedByTicket,
    /// The tickets in use fill the memory that is set aside for them. The response is 503 with `Retry-After`.
    Exhausted,
    /// The handler has no route in this API. The response is 500.
    NotMounted,
    /// The path has a query or does not begin with `/`, so no request could match it. The response is 500.
    MalformedPath,
    /// The operating system provides no random bytes. The response is 500.
    NoRandomness,
}

impl fmt::Display for TicketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AuthenticatedByTicket => "a ticket cannot obtain another ticket",
            Self::Exhausted => "no more tickets can be issued at present",
            Self::NotMounted => "the handler of the ticket has no route in this API",
            Self::MalformedPath => "the path of a ticket must begin with `/` and have no query",
            Self::NoRandomness => "no random bytes are available",
        })
    }
}

impl std::error::Error for TicketError {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn ticket() -> Ticket {
        Ticket::random(Duration::from_secs(30)).unwrap()
    }

    #[test]
    fn ticket_is_well_formed_and_different_each_time() {
        let tickets: HashSet<String> = (0..100).map(|_| ticket().expose().to_owned()).collect();
        assert_eq!(tickets.len(), 100);
        for text in &tickets {
            assert!(Ticket::is_well_formed(text.as_bytes()), "{text}");
            assert_eq!(URL_SAFE_NO_PAD.decode(text).unwrap().len(), RANDOM_BYTES);
        }
    }

    #[test]
    fn text_of_another_length_or_alphabet_is_not_well_formed() {
        let a = |count| "a".repeat(count);
        assert!(Ticket::is_well_formed(a(43).as_bytes()));
        for text in [
            String::new(),
            a(42),
            a(44),
            a(42) + "=",
            a(42) + "+",
            a(42) + "/",
            a(42) + ".",
            a(42) + " ",
            a(41) + "é",
        ] {
            assert!(!Ticket::is_well_formed(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn debug_output_has_no_part_of_the_ticket() {
        let ticket = ticket();
        assert_eq!(format!("{ticket:?}"), "Ticket([redacted])");
    }
}
