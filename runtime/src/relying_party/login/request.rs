//! The parameters of one login.

use std::time::Duration;

use crate::input::types::ReturnTo;

/// The maximum length of all `acr_values` together, and of a login hint, in bytes.
const MAX_TEXT: usize = 256;

/// How the provider interacts with the user ([OpenID Connect Core §3.1.2.1]).
///
/// [OpenID Connect Core §3.1.2.1]: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prompt {
    /// The provider shows no page. If the user is not logged in there, the login fails with
    /// [`AuthorizationError::LoginRequired`](super::AuthorizationError::LoginRequired).
    None,
    /// The user authenticates again.
    Login,
    /// The user consents again.
    Consent,
    /// The user selects an account.
    SelectAccount,
}

impl Prompt {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }
}

/// A login to begin.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use palisade::relying_party::{LoginRequest, ReturnTo};
///
/// let page: ReturnTo = "/payments/7".parse()?;
/// let login = LoginRequest::new().return_to(page).max_age(Duration::from_secs(300));
/// # let _ = login;
/// # Ok::<(), palisade::relying_party::ReturnToError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct LoginRequest {
    pub(super) return_to: ReturnTo,
    pub(super) prompt: Option<Prompt>,
    pub(super) max_age: Option<Duration>,
    pub(super) acr_values: Vec<Box<str>>,
    pub(super) login_hint: Option<String>,
}

impl LoginRequest {
    /// Creates a request that returns to `/`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the page to which the browser returns after the login.
    #[must_use]
    pub fn return_to(mut self, page: ReturnTo) -> Self {
        self.return_to = page;
        self
    }

    /// Sets how the provider interacts with the user.
    #[must_use]
    pub fn prompt(mut self, prompt: Prompt) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// Requires that the user authenticated at most this long ago, in whole seconds.
    ///
    /// The login fails unless the ID token has an `auth_time` within it.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(Duration::from_secs(age.as_secs()));
        self
    }

    /// Requires one of these classes of authentication (`acr`), in order of preference.
    ///
    /// The login fails unless the ID token has one of them.
    #[must_use]
    pub fn acr_values<T: Into<Box<str>>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.acr_values = values.into_iter().map(Into::into).collect();
        self
    }

    /// Names the user who is expected to log in, for example an e-mail address.
    #[must_use]
    pub fn login_hint(mut self, hint: impl Into<String>) -> Self {
        self.login_hint = Some(hint.into());
        self
    }

    /// Returns the name of a parameter with an impossible value, if there is one.
    pub(super) fn invalid_parameter(&self) -> Option<&'static str> {
        let is_acr =
            |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
        let len: usize = self.acr_values.iter().map(|value| value.len() + 1).sum();
        if len > MAX_TEXT || !self.acr_values.iter().all(|value| is_acr(value)) {
            return Some("acr_values");
        }
        let is_hint = |hint: &String| {
            (1..=MAX_TEXT).contains(&hint.len()) && !hint.chars().any(char::is_control)
        };
        if !self.login_hint.as_ref().is_none_or(is_hint) {
            return Some("login_hint");
        }
        None
    }
}
