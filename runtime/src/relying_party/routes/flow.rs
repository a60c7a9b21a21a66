//! The state of the handlers, and the sessions and tokens that they start and end.

use std::error::Error;

use http::{HeaderMap, HeaderValue};

use crate::Problem;
use crate::audit::{LoginContext, Reason, RequestId};
use crate::input::types::ReturnTo;
use crate::relying_party::login::{CompletedLogin, LoginRequest, Logins};
use crate::relying_party::login_tokens::LoginTokens;
use crate::relying_party::routes::failure::{not_stored, report};
use crate::relying_party::routes::reason;
use crate::session::{Login, NewLogin, Sessions};

/// The state of the handlers.
#[derive(Clone)]
pub(super) struct Flow {
    pub(super) logins: Logins,
    pub(super) sessions: Sessions,
    pub(super) tokens: Option<LoginTokens>,
    pub(super) request: LoginRequest,
    pub(super) logged_out: ReturnTo,
}

impl Flow {
    /// Starts the session of a completed login and stores its tokens; returns the cookie and the page.
    pub(super) async fn start_session(
        &self,
        completed: &CompletedLogin,
        headers: &HeaderMap,
    ) -> Result<(HeaderValue, ReturnTo), Problem> {
        let started = self.sessions.start(NewLogin::from(completed), headers);
        let (login, cookie) = started.await.map_err(|error| not_stored(&error))?;
        if let Some(tokens) = &self.tokens
            && let Err(error) = self.store_tokens(tokens, &login, completed).await
        {
            // the cookie is not sent, so that an error here leaves no session that can be used
            if let Err(error) = self.sessions.end(&login).await {
                report(&error);
            }
            return Err(not_stored(&*error));
        }
        Ok((cookie, completed.return_to().clone()))
    }

    /// Stores the tokens of a login, unless its session has ended in the meantime.
    async fn store_tokens(
        &self,
        tokens: &LoginTokens,
        login: &Login,
        completed: &CompletedLogin,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        tokens.store(login, completed.tokens()).await?;
        // the provider can report a logout at any time, and finds no tokens then
        if self.sessions.has_ended(login).await? {
            tokens.of(login)?.remove().await?;
            return Err("the session has ended".into());
        }
        Ok(())
    }

    /// Ends the sessions that a logout token names: those for which `LogoutEvent::ends` is true.
    pub(super) async fn end_sessions(&self, token: &str) -> Result<usize, FailedLogout> {
        let event = self.logins.validate_logout_token(token).await;
        let event = event.map_err(|error| {
            report(&error);
            FailedLogout {
                reason: reason::of_token(error),
                detail: "the logout token is invalid",
            }
        })?;
        let (subject, sid) = (event.subject(), event.session_id());
        let ended = self.sessions.end_at_provider(event.issuer(), subject, sid);
        let count = ended.await.map_err(|error| {
            report(&error);
            FailedLogout {
                reason: Reason::SessionsUnavailable.as_str(),
                detail: "the sessions could not be ended",
            }
        })?;
        // after the sessions, so that the provider can deliver the token again
        self.logins.sessions_ended(&event);
        Ok(count)
    }

    /// Returns the fields of audit events.
    pub(super) fn context<'a>(&'a self, request_id: &'a RequestId) -> LoginContext<'a> {
        LoginContext {
            issuer: self.logins.issuer(),
            client_id: self.logins.client_id(),
            request_id,
        }
    }
}

/// A logout request of the provider that failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct FailedLogout {
    /// For audit events.
    pub(super) reason: &'static str,
    pub(super) detail: &'static str,
}

impl FailedLogout {
    pub(super) const NO_TOKEN: Self = Self {
        reason: "no_logout_token",
        detail: "the form has no `logout_token`",
    };
}
