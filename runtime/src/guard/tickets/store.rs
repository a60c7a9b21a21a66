//! The tickets of an `Api` that are neither used nor expired.

use std::any::TypeId;
use std::collections::hash_map;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest;
use axum::http::Method;

use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::guard::tickets::ticket::{Ticket, TicketError};
use crate::resource_server::{MAX_TICKET_LIFETIME, ResourceServer};
use crate::secret::Secret;

/// The number of tickets of one caller; a further one replaces the oldest.
const MAX_PER_CALLER: usize = 32;

/// The size of all tickets, in bytes.
const MAX_SIZE: usize = 16 * 1024 * 1024;

/// The size of a ticket without its token, in bytes, with a share of the maps.
const ENTRY_SIZE: usize = 512;

/// A SHA-256 hash.
pub(super) type Digest = [u8; 32];

/// The tickets of an `Api` that are neither used nor expired, in the memory of this process.
pub(crate) struct TicketStore {
    clock: Arc<dyn Clock>,
    lifetime: Duration,
    /// The mounted handlers that accept tickets.
    handlers: Box<[TypeId]>,
    entries: Mutex<Entries>,
}

/// The request that a ticket is presented with.
pub(super) struct Target<'a> {
    pub(super) handler: TypeId,
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
}

/// The reason why the ticket in a request does not authenticate it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TicketRefusal {
    /// It was never issued by this `Api`, was used before, or expired long ago.
    Unknown,
    /// It has expired.
    Expired,
    /// It is for another handler, path or method.
    Misused,
    /// The request has several tickets, or an `Authorization` header beside one.
    SeveralCredentials,
}

#[derive(Default)]
struct Entries {
    /// By the hash of the ticket: the time of a look-up says nothing about a ticket.
    by_ticket: HashMap<Digest, Entry>,
    /// By number, the oldest first.
    by_age: BTreeMap<u64, Digest>,
    /// The numbers of each caller's tickets, the oldest first.
    by_caller: HashMap<Digest, VecDeque<u64>>,
    next_number: u64,
    size: usize,
}

struct Entry {
    number: u64,
    caller: Digest,
    token: Secret,
    handler: TypeId,
    /// The hash of the path, if the ticket is for one path only.
    path: Option<Digest>,
    expires_at: NumericDate,
}

impl TicketStore {
    pub(crate) fn new(server: &ResourceServer, handlers: impl IntoIterator<Item = TypeId>) -> Self {
        Self {
            clock: Arc::clone(server.clock()),
            lifetime: server.ticket_lifetime(),
            handlers: handlers.into_iter().collect(),
            entries: Mutex::default(),
        }
    }

    /// Creates a ticket for the bearer of `token`.
    pub(super) fn issue(
        &self,
        caller: Digest,
        token: Secret,
        handler: TypeId,
        path: Option<&str>,
    ) -> Result<Ticket, TicketError> {
        if !self.handlers.contains(&handler) {
            return Err(TicketError::NotMounted);
        }
        if path.is_some_and(|path| !path.starts_with('/') || path.contains(['?', '#'])) {
            return Err(TicketError::MalformedPath);
        }
        let ticket = Ticket::random(self.lifetime)?;
        let now = self.clock.now();
        let mut entries = self.entries();
        entries.sweep(now);
        entries.make_room_for(&caller, ENTRY_SIZE.saturating_add(token.len()))?;
        let number = entries.next_number;
        entries.insert(
            sha256(ticket.expose().as_bytes()),
            Entry {
                number,
                caller,
                token,
                handler,
                path: path.map(|path| sha256(path.as_bytes())),
                expires_at: now.saturating_add(self.lifetime),
            },
        );
        Ok(ticket)
    }

    /// Uses a ticket up, and returns the token that obtained it.
    ///
    /// A ticket for another request is used up too: a client that presents it does not have it from the API.
    pub(super) fn redeem(
        &self,
        ticket: &[u8],
        target: &Target<'_>,
    ) -> Result<Secret, TicketRefusal> {
        let ticket = sha256(ticket);
        let now = self.clock.now();
        let entry = {
            let mut entries = self.entries();
            let entry = entries.remove(&ticket);
            entries.sweep(now);
            entry.ok_or(TicketRefusal::Unknown)?
        };
        if !entry.is_live(now) {
            return Err(TicketRefusal::Expired);
        }
        let is_for_path = entry
            .path
            .is_none_or(|path| path == sha256(target.path.as_bytes()));
        if entry.handler != target.handler || target.method != Method::GET || !is_for_path {
            return Err(TicketRefusal::Misused);
        }
        Ok(entry.token)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    /// Removes the oldest ticket of a caller that has too many; then checks the size of all tickets.
    fn make_room_for(&mut self, caller: &Digest, size: usize) -> Result<(), TicketError> {
        let own = self.by_caller.get(caller);
        if let Some(own) = own.filter(|own| own.len() >= MAX_PER_CALLER) {
            let oldest = own.front().and_then(|number| self.by_age.get(number));
            if let Some(oldest) = oldest.copied() {
                self.remove(&oldest);
            }
        }
        if self.size.saturating_add(size) > MAX_SIZE {
            return Err(TicketError::Exhausted);
        }
        Ok(())
    }

    fn insert(&mut self, ticket: Digest, entry: Entry) {
        self.next_number = self.next_number.wrapping_add(1);
        self.size = self.size.saturating_add(entry.size());
        self.by_age.insert(entry.number, ticket);
        let own = self.by_caller.entry(entry.caller).or_default();
        own.push_back(entry.number);
        self.by_ticket.insert(ticket, entry);
    }

    fn remove(&mut self, ticket: &Digest) -> Option<Entry> {
        let entry = self.by_ticket.remove(ticket)?;
        self.size = self.size.saturating_sub(entry.size());
        self.by_age.remove(&entry.number);
        if let hash_map::Entry::Occupied(mut own) = self.by_caller.entry(entry.caller) {
            own.get_mut().retain(|number| *number != entry.number);
            if own.get().is_empty() {
                own.remove();
            }
        }
        Some(entry)
    }

    /// Removes expired tickets: all have the same lifetime, so the oldest expire first.
    fn sweep(&mut self, now: NumericDate) {
        while let Some(oldest) = self.by_age.first_entry() {
            let ticket = *oldest.get();
            let entry = self.by_ticket.get(&ticket);
            if entry.is_some_and(|entry| entry.is_live(now)) {
                return;
            }
            oldest.remove();
            self.remove(&ticket);
        }
    }
}

impl Entry {
    /// Returns whether the ticket can be used.
    ///
    /// After the clock was set back, a ticket from the future does not live longer for it.
    fn is_live(&self, now: NumericDate) -> bool {
        let remaining = self.expires_at.since(now);
        !remaining.is_zero() && remaining <= MAX_TICKET_LIFETIME * 2
    }

    fn size(&self) -> usize {
        ENTRY_SIZE.saturating_add(self.token.len())
    }
}

/// Returns the hash of an issuer and a subject, which identify a caller only together.
pub(super) fn caller_digest(issuer: &str, subject: &str) -> Digest {
    // a URL has no line feed
    sha256(format!("{issuer}\n{subject}").as_bytes())
}

fn sha256(bytes: &[u8]) -> Digest {
    let hash = digest::digest(&digest::SHA256, bytes);
    hash.as_ref().try_into().unwrap_or_default()
}

#[cfg(all(test, feature = "testing"))]
mod tests;
