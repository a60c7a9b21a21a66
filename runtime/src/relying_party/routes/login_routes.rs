//! The declared routes, and their configuration.

use std::fmt;
use std::sync::Arc;

use axum::middleware::map_response;
use axum::response::Response;
use http::HeaderValue;
use http::header::CACHE_CONTROL;

use crate::SecureRouter;
use crate::input::types::ReturnTo;
use crate::relying_party::login::{LoginRequest, Logins};
use crate::relying_party::login_tokens::LoginTokens;
use crate::relying_party::routes::flow::Flow;
use crate::relying_party::routes::handlers::{begin, callback, end_sessions, log_out};
use crate::routing::rules::{SecuredRoutes, ShareState};
use crate::routing::{get, post};
use crate::session::Sessions;

/// The declared routes of logins at one provider, which [`SecureRouter::merge`] mounts.
///
/// | route | declaration | does |
/// |---|---|---|
/// | `GET /login?return_to=…` | `public` | redirects to the provider |
/// | `GET` the path of the redirect URI | `public` | completes the login, starts the session, and redirects to `return_to` |
/// | `POST /logout` | `secured(login)` | ends the session, and redirects to the logout of the provider |
/// | `POST /backchannel-logout` | `public` | ends the sessions that a logout token of the provider names |
///
/// `return_to` is a path of this application ([`ReturnTo`]). Logout must come from the application's own pages, as every
/// unsafe request with a session. No response is stored by caches. A login that fails is a [`Problem`](crate::Problem)
/// without text of the provider; [`Api::render_errors`](crate::Api::render_errors) turns it into a page.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::relying_party::{Login, LoginRoutes, Logins, Sessions};
///
/// #[secured(login)]
/// async fn greet(login: Login) -> String {
///     format!("kia ora, {}", login.subject())
/// }
///
/// # async fn build(logins: Logins) -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = Sessions::builder("https://app.example.govt.nz").build()?;
/// let server = ResourceServer::builder().sessions(sessions.clone()).build().await?;
/// let api = SecureRouter::new()
///     .route("/", get(greet))
///     .merge(LoginRoutes::new(logins, sessions))
///     .protect(server);
/// # let _ = api;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "routes serve nothing until they are merged"]
pub struct LoginRoutes {
    paths: Paths,
    flow: Flow,
    redirects_navigations: bool,
}

#[derive(Clone)]
struct Paths {
    login: String,
    callback: String,
    logout: String,
    backchannel_logout: String,
}

impl LoginRoutes {
    /// Creates the routes of these logins; a completed one starts a session.
    ///
    /// Give the same [`Sessions`] to the [server](crate::resource_server::Builder::sessions).
    pub fn new(logins: Logins, sessions: Sessions) -> Self {
        Self {
            paths: Paths {
                login: "/login".to_owned(),
                callback: logins.callback_path().to_owned(),
                logout: "/logout".to_owned(),
                backchannel_logout: "/backchannel-logout".to_owned(),
            },
            flow: Flow {
                logins,
                sessions,
                tokens: None,
                request: LoginRequest::new(),
                logged_out: ReturnTo::default(),
            },
            redirects_navigations: false,
        }
    }

    /// Keeps the tokens of each login, to call APIs. Without it, they are dropped.
    ///
    /// The tokens end with the session, however it ends. Logout also revokes the refresh token, and sends the ID token as a
    /// hint, so that the provider need not ask who logs out.
    pub fn tokens(mut self, tokens: LoginTokens) -> Self {
        self.flow.tokens = Some(tokens);
        self
    }

    /// Sets the parameters of each login, such as `max_age`; the page to return to is that of the request.
    pub fn request(mut self, request: LoginRequest) -> Self {
        self.flow.request = request;
        self
    }

    /// Sets the path that begins a login; by default `/login`.
    pub fn login_path(mut self, path: impl Into<String>) -> Self {
        self.paths.login = path.into();
        self
    }

    /// Sets the path of the callback; by default that of the redirect URI.
    ///
    /// They differ if a proxy removes a prefix, or if the routes are nested.
    pub fn callback_path(mut self, path: impl Into<String>) -> Self {
        self.paths.callback = path.into();
        self
    }

    /// Sets the path that logs out; by default `/logout`.
    pub fn logout_path(mut self, path: impl Into<String>) -> Self {
        self.paths.logout = path.into();
        self
    }

    /// Sets the path of back-channel logout, as it is registered with the provider; by default `/backchannel-logout`.
    pub fn backchannel_logout_path(mut self, path: impl Into<String>) -> Self {
        self.paths.backchannel_logout = path.into();
        self
    }

    /// Sets the page after a logout, if the provider has no logout or does not redirect back; by default `/`.
    pub fn logged_out(mut self, page: ReturnTo) -> Self {
        self.flow.logged_out = page;
        self
    }

    /// Redirects a browser that navigates to a page without a session to the [login](Self::login_path), and back to the page
    /// after it; by default, the response is 401.
    ///
    /// It applies to handlers with `login`, alone or in `any(login, …)`, and to a `GET` request with `Sec-Fetch-Mode:
    /// navigate` and `Sec-Fetch-Dest: document` that accepts `text/html`. Programs, scripts, frames and other methods get
    /// 401, as before. A page whose path and query are no [`ReturnTo`] is not returned to.
    ///
    /// The login path is that of the root of the application, so these routes must not be nested below a prefix.
    ///
    /// # Panics
    ///
    /// [`SecureRouter::merge`] panics if other routes with the same sessions redirect to another path.
    pub fn redirect_navigations(mut self) -> Self {
        self.redirects_navigations = true;
        self
    }

    #[track_caller]
    fn into_router<S: Send + Sync + 'static>(self) -> SecureRouter<S> {
        let Paths {
            login,
            callback: callback_path,
            logout,
            backchannel_logout,
        } = self.paths;
        if self.redirects_navigations {
            self.flow.sessions.redirect_to(&login);
        }
        if let Some(tokens) = &self.flow.tokens {
            self.flow.sessions.observe(Arc::new(tokens.clone()));
        }
        SecureRouter::new()
            .route(&login, get(begin))
            .route(&callback_path, get(callback))
            .route(&logout, post(log_out))
            .route(&backchannel_logout, post(end_sessions))
            .route_layer(map_response(forbid_caching))
            .with_state(self.flow)
    }
}

/// Forbids caches to store a response, refusals and rejected input included.
async fn forbid_caching(mut response: Response) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    response
}

#[diagnostic::do_not_recommend]
impl SecuredRoutes for LoginRoutes {
    type Routes = Self;

    fn into_routes(self) -> Self {
        self
    }
}

/// The handlers have their own state, so that the routes fit into a router of any state.
#[diagnostic::do_not_recommend]
impl<S: Send + Sync + 'static> ShareState<SecureRouter<S>> for LoginRoutes {
    fn share(self) -> SecureRouter<S> {
        self.into_router()
    }
}

impl fmt::Debug for LoginRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginRoutes")
            .field("logins", &self.flow.logins)
            .field("sessions", &self.flow.sessions)
            .finish_non_exhaustive()
    }
}
