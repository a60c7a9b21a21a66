//! The interaction that a request requires.

use crate::relying_party::Prompt;

/// Reads `prompt` ([OpenID Connect Core §3.1.2.1]).
///
/// Returns `None` if a value is unknown or repeated, or if `none` is beside another one.
///
/// [OpenID Connect Core §3.1.2.1]: https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
pub(super) fn read_prompts(text: &str) -> Option<Vec<Prompt>> {
    let mut prompts = Vec::new();
    for value in text.split(' ') {
        let prompt = match value {
            "none" => Prompt::None,
            "login" => Prompt::Login,
            "consent" => Prompt::Consent,
            "select_account" => Prompt::SelectAccount,
            _ => return None,
        };
        if prompts.contains(&prompt) {
            return None;
        }
        prompts.push(prompt);
    }
    let is_alone = prompts.len() == 1 || !prompts.contains(&Prompt::None);
    is_alone.then_some(prompts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        let prompts = read_prompts("consent login");
        assert_eq!(prompts, Some(vec![Prompt::Consent, Prompt::Login]));
        assert_eq!(read_prompts("none"), Some(vec![Prompt::None]));
        assert_eq!(
            read_prompts("select_account"),
            Some(vec![Prompt::SelectAccount])
        );
    }

    #[test]
    fn unknown_repeated_and_contradicting_values_are_refused() {
        for text in [
            "",
            " ",
            "none login",
            "login none",
            "login login",
            "Login",
            "create",
            "login  consent",
            "login ",
        ] {
            assert_eq!(read_prompts(text), None, "{text}");
        }
    }
}
