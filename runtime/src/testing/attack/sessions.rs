//! Attacks on the session of a login.

use axum::http::Method;

use crate::evidence::AttackClass;
use crate::testing::attack::access::Grant;
use crate::testing::attack::browser::{Browser, End, with_cookie};
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::forge::SUBJECT;
use crate::testing::attack::request::{AttackRequest, Outcome};

/// A request with a mistake in its session: the cookie, the origin and the description.
struct Mistake {
    description: &'static str,
    cookie: Option<String>,
    fields: Vec<(&'static str, String)>,
}

impl RouteAttack<'_> {
    /// Attacks a route that accepts the session of a login, alone or beside tokens.
    ///
    /// Refusals count only if the route admits a valid session.
    pub(super) async fn sessions(&mut self) {
        let base = self.base.clone();
        let admitted = self.send_session(&base).await;
        if !admitted.is_some_and(|outcome| self.target.admits(&outcome)) {
            let reason = "the API does not admit a valid session";
            for class in [AttackClass::NoToken, AttackClass::BrokenToken] {
                self.not_covered(class, reason);
            }
            return;
        }
        self.session_expectation(&Outcome::is_refused_session).await;
        // the handler may have ended the former one
        let Some(browser) = self.new_browser(AttackClass::BrokenToken).await else {
            return;
        };
        for mistake in self.mistakes(&browser).await {
            let mut request = match &mistake.cookie {
                Some(cookie) => with_cookie(&base, cookie),
                None => base.clone(),
            };
            for (name, value) in &mistake.fields {
                request.header(name, value);
            }
            let class = if mistake.cookie.is_some() {
                AttackClass::BrokenToken
            } else {
                AttackClass::NoToken
            };
            self.attempt(
                class,
                mistake.description,
                &request,
                &Outcome::is_refused_session,
            )
            .await;
        }
        if self.target.accepts_only_sessions() {
            let grant = Grant::default();
            let request = self.forge.authorize(&base, SUBJECT, &grant);
            let description = "a valid token instead of a session";
            self.attempt(
                AttackClass::NoToken,
                description,
                &request,
                &Outcome::is_refused_session,
            )
            .await;
        }
    }

    /// Sends a request in a new session.
    async fn send_session(&mut self, request: &AttackRequest) -> Option<Outcome> {
        let browser = self.new_browser(AttackClass::BrokenToken).await?;
        let request = browser.request_from_page(request);
        self.send(AttackClass::BrokenToken, &request).await
    }

    /// Begins a new session; `None` if the route accepts none, or if the login fails.
    pub(super) async fn new_browser(&mut self, class: AttackClass) -> Option<Browser> {
        if let Err(reason) = self.begin_session().await {
            self.not_covered(class, &reason);
            return None;
        }
        self.browser.clone()
    }

    /// Returns each mistake; those of the origin only for methods other than `GET` and `HEAD`.
    async fn mistakes(&mut self, browser: &Browser) -> Vec<Mistake> {
        let (cookie, origin) = (&browser.cookie, &browser.origin);
        let own = || {
            vec![
                ("origin", origin.clone()),
                ("sec-fetch-site", "same-origin".to_owned()),
            ]
        };
        let (name, value) = cookie.split_once('=').unwrap_or((cookie, ""));
        let mut mistakes = vec![Mistake {
            description: "no session",
            cookie: None,
            fields: own(),
        }];
        let mut wrong = |description, cookie| {
            mistakes.push(Mistake {
                description,
                cookie: Some(cookie),
                fields: own(),
            });
        };
        wrong(
            "a session that does not exist",
            format!("{name}={}", "A".repeat(value.len())),
        );
        wrong("a truncated cookie of a session", truncated(cookie));
        wrong(
            "a duplicate cookie of a session",
            format!("{cookie}; {cookie}"),
        );
        wrong("an empty cookie of a session", format!("{name}="));
        wrong(
            "the cookie of a session with another name",
            format!("session={value}"),
        );
        for (description, end) in [
            ("a session that has ended", End::Logout),
            (
                "a session that was not used for its idle time",
                End::IdleTime,
            ),
            ("a session that is as old as its lifetime", End::Lifetime),
        ] {
            let ended = self.budget.spend(Browser::ended(self.attack.api, end));
            match ended.await.map_err(str::to_owned).flatten() {
                Ok(cookie) => wrong(description, cookie),
                Err(reason) => {
                    let reason = format!("{description}: {reason}");
                    self.not_covered(AttackClass::BrokenToken, &reason);
                }
            }
        }
        if !matches!(self.target.method, Method::GET | Method::HEAD) {
            mistakes.extend(of_origin(browser));
        }
        mistakes
    }
}

fn truncated(cookie: &str) -> String {
    let mut shorter = cookie.to_owned();
    shorter.pop();
    shorter
}

/// Returns the mistakes of the origin.
fn of_origin(browser: &Browser) -> impl Iterator<Item = Mistake> {
    let (own, foreign) = (browser.origin.clone(), "https://attacker.test".to_owned());
    let site = |name: &str| ("sec-fetch-site", name.to_owned());
    let all = [
        ("a session without an origin", vec![]),
        (
            "a session from another origin",
            vec![("origin", foreign.clone())],
        ),
        (
            "a session from the origin `null`",
            vec![("origin", "null".to_owned())],
        ),
        (
            "a session from another site",
            vec![("origin", own), site("cross-site")],
        ),
        (
            "a session from another host of the site",
            vec![("origin", foreign), site("same-site")],
        ),
    ];
    let cookie = browser.cookie.clone();
    all.into_iter().map(move |(description, fields)| Mistake {
        description,
        cookie: Some(cookie.clone()),
        fields,
    })
}
