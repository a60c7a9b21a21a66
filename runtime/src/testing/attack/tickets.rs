//! Attacks on a route that accepts a ticket in the query instead of a token.

use crate::evidence::AttackClass;
use crate::guard::TICKET_PARAMETER;
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::forge::SUBJECT;
use crate::testing::attack::request::AttackRequest;
use crate::testing::attack::target::Target;
use crate::testing::attack::tokens::is_unauthenticated;

const CLASS: AttackClass = AttackClass::BrokenToken;

/// The length of a ticket in the query.
const TICKET_LEN: usize = 43;

impl RouteAttack<'_> {
    pub(super) async fn tickets(&mut self) {
        let token = self.grant.as_ref();
        let token = token.map(|grant| self.forge.token(SUBJECT, grant).sign());
        let unknown = "A".repeat(TICKET_LEN);
        for (description, value) in [
            ("a ticket that was never issued", Some(unknown.clone())),
            ("a ticket that is too short", Some("A".to_owned())),
            ("an empty ticket", Some(String::new())),
            (
                "two tickets",
                Some(format!("{unknown}&{TICKET_PARAMETER}={unknown}")),
            ),
            ("a valid token as a ticket", token),
        ] {
            let Some(value) = value else { continue };
            let request = self.with_ticket(&value);
            self.attempt(CLASS, description, &request, &is_unauthenticated)
                .await;
        }
        if let Err(reason) = self.issued_tickets().await {
            let missing = "a ticket that was used, or is for another route";
            self.not_covered(CLASS, &format!("{missing}: {reason}"));
        }
    }

    /// Attacks with tickets that the API issues.
    ///
    /// # Errors
    ///
    /// Returns the reason if the API issues no ticket with which the route accepts a request.
    async fn issued_tickets(&mut self) -> Result<(), String> {
        let (attack, name) = (self.attack, self.target.name());
        let mut routes = attack.tickets.iter();
        let own = routes.find(|(route, _)| *route == name);
        let (_, issuing) = own.ok_or("name the route that issues them with `ticket`")?;
        let issuing_request = self.request_for_ticket(issuing).await?;
        let ticket = self.obtain_ticket(&issuing_request).await?;
        let request = self.with_ticket(&ticket);
        let outcome = self.send(CLASS, &request).await;
        if !outcome.is_some_and(|outcome| self.target.admits(&outcome)) {
            return Err(format!("a ticket of {issuing} is not admitted"));
        }
        let description = "a ticket that was used";
        self.attempt(CLASS, description, &request, &is_unauthenticated)
            .await;
        let one = self.obtain_ticket(&issuing_request).await?;
        let other = self.obtain_ticket(&issuing_request).await?;
        let both = self.with_ticket(&format!("{one}&{TICKET_PARAMETER}={other}"));
        self.attempt(CLASS, "two valid tickets", &both, &is_unauthenticated)
            .await;
        let ticket = self.obtain_ticket(&issuing_request).await?;
        let beside_token = self.authorized(&self.with_ticket(&ticket));
        let description = "a valid ticket beside a valid token";
        self.attempt(CLASS, description, &beside_token, &is_unauthenticated)
            .await;
        for (route, issuing) in &attack.tickets {
            if self.has_handler_of(route) {
                continue;
            }
            let issuing_request = self.request_for_ticket(issuing).await?;
            let ticket = self.obtain_ticket(&issuing_request).await?;
            let description = format!("a ticket for {route}");
            let request = self.with_ticket(&ticket);
            self.attempt(CLASS, &description, &request, &is_unauthenticated)
                .await;
        }
        Ok(())
    }

    /// Returns whether a route has the same handler: its tickets are for each path of the handler.
    fn has_handler_of(&self, route: &str) -> bool {
        let mut targets = self.targets.iter();
        let other = targets.find(|target| target.name() == route);
        other.and_then(Target::declaration) == self.target.declaration()
    }

    /// Returns a request to which the API answers with a ticket.
    ///
    /// Its token has what both routes require, because the ticket stands for this token.
    async fn request_for_ticket(&self, issuing: &str) -> Result<AttackRequest, String> {
        let mut targets = self.targets.iter();
        let target = targets
            .find(|target| target.name() == issuing)
            .ok_or_else(|| format!("{issuing} is left out"))?;
        let route = self.begin_other(target).await?;
        let mut request = match (&route.grant, &self.grant) {
            (Some(one), Some(other)) => {
                let grant = one.with_all_of(other);
                self.forge.authorize(&route.base, SUBJECT, &grant)
            }
            _ => route.accepted(),
        };
        request.reads_ticket = true;
        Ok(request)
    }

    /// Sends a request for a ticket.
    async fn obtain_ticket(&mut self, request: &AttackRequest) -> Result<String, String> {
        let outcome = self.send(CLASS, request).await;
        let status = outcome.as_ref().map_or(0, |outcome| outcome.status);
        let ticket = outcome.and_then(|outcome| outcome.ticket);
        ticket.ok_or_else(|| {
            let path = &request.target;
            format!("`{path}` answers without a ticket (status {status})")
        })
    }

    /// Returns the request of the route with a ticket and without a token.
    fn with_ticket(&self, ticket: &str) -> AttackRequest {
        let mut request = self.base.clone();
        let separator = if request.target.contains('?') {
            '&'
        } else {
            '?'
        };
        request.target = format!("{}{separator}{TICKET_PARAMETER}={ticket}", request.target);
        request
    }
}
