//! The state of the handlers, and the sessions and tokens that they start and end.

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::Problem;
use crate::input::types::ReturnTo;
use crate::relying_party::login::{CompletedLogin, LoginRequest, Logins};
use crate::relying_party::login_tokens::LoginTokens;
use crate::relying_party::logout::LogoutEvent;
use crate::relying_party::routes::failure::{not_stored, report};
use crate::session::{Login, NewLogin, SessionStoreError, Sessions};

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
            && let Err(error) = tokens.store(&login, completed.tokens()).await
        {
            // the cookie is not sent, so that an error here leaves no session that can be used
            if let Err(error) = self.sessions.end(&login).await {
                report(&error);
            }
            return Err(not_stored(&error));
        }
        Ok((cookie, completed.return_to().clone()))
    }

    /// Removes and revokes the tokens of a session that has ended.
    pub(super) async fn revoke_tokens(&self, login: &Login) {
        let Some(tokens) = &self.tokens else { return };
        let revoked = match tokens.of(login) {
            Ok(source) => source.revoke().await,
            Err(error) => Err(error),
        };
        if let Err(error) = revoked {
            report(&error);
        }
    }

    /// Ends the sessions that a logout at the provider names.
    pub(super) async fn end_sessions(&self, event: &LogoutEvent) -> Result<(), Problem> {
        self.remove_sessions(event).await.map_err(|error| {
            report(&error);
            // Back-Channel Logout §2.8: 400 also if the logout failed
            let problem = Problem::new(StatusCode::BAD_REQUEST);
            problem.detail("the sessions could not be ended")
        })
    }

    /// Ends the sessions for which [`LogoutEvent::ends`] is true.
    async fn remove_sessions(&self, event: &LogoutEvent) -> Result<(), SessionStoreError> {
        let (sessions, issuer) = (&self.sessions, event.issuer());
        match (event.session_id(), event.subject()) {
            (Some(sid), subject) => {
                sessions.end_provider_session(issuer, sid).await?;
                if let Some(subject) = subject {
                    let ended = sessions.end_without_provider_session(issuer, subject);
                    ended.await?;
                }
            }
            (None, Some(subject)) => {
                sessions.end_subject(issuer, subject).await?;
            }
            // a logout token has one of the two
            (None, None) => {}
        }
        Ok(())
    }
}
