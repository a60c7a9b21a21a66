//! The checks of an authorization request, in the order in which their errors may be sent.

use crate::authorization_server::authorization::failure::AuthorizationFailure;
use crate::authorization_server::authorization::prompt::read_prompts;
use crate::authorization_server::authorization::request::{
    AuthorizationRequest, REQUEST_LIFETIME, Validated,
};
use crate::authorization_server::authorization::response::AuthorizationRedirect;
use crate::authorization_server::client::Client;
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::authorization_server::parameters::Parameters;
use crate::authorization_server::pkce::CodeChallenge;
use crate::authorization_server::resources::{INVALID_SCOPE, Resources};
use crate::claims::NumericDate;

/// The maximum length of `nonce` and `login_hint`, in bytes.
const MAX_TEXT: usize = 512;

/// The maximum number of authentication contexts.
const MAX_ACR_VALUES: usize = 16;

/// Validates the request of a registered client; `subject` is that of its verified `id_token_hint`.
///
/// # Errors
///
/// Returns an error to show if the redirect URI is missing or not registered, and a redirect with the error otherwise.
pub(in crate::authorization_server) fn validate(
    client: Client,
    parameters: &Parameters,
    resources: &Resources,
    issuer: &str,
    subject: Result<Option<String>, OAuthFailure>,
    now: NumericDate,
) -> Result<AuthorizationRequest, AuthorizationFailure> {
    let redirect_uri = parameters
        .get("redirect_uri")
        .filter(|uri| client.has_redirect_uri(uri));
    let redirect_uri = redirect_uri.ok_or_else(unregistered)?.to_owned();
    let state = parameters.get("state").map(str::to_owned);
    let validated = read(&client, parameters, resources, &redirect_uri, now);
    let request = validated.and_then(|mut validated| {
        validated.state.clone_from(&state);
        validated.subject = subject?;
        AuthorizationRequest::new(client, validated).ok_or(INVALID_SCOPE)
    });
    request.map_err(|failure| {
        let redirect = AuthorizationRedirect::with_error(
            &redirect_uri,
            failure.code(),
            Some(failure.description()),
            state.as_deref(),
            issuer,
        );
        AuthorizationFailure::Redirected(redirect, failure)
    })
}

fn unregistered() -> AuthorizationFailure {
    AuthorizationFailure::Shown(OAuthFailure::new(
        ErrorCode::InvalidRequest,
        "the redirect URI is missing, or not registered for the client",
    ))
}

fn read(
    client: &Client,
    parameters: &Parameters,
    resources: &Resources,
    redirect_uri: &str,
    now: NumericDate,
) -> Result<Validated, OAuthFailure> {
    let invalid = |problem| OAuthFailure::new(ErrorCode::InvalidRequest, problem);
    let challenge = read_flow(parameters)?;
    let resources = resources.requested(parameters.all("resource"))?;
    let scopes = resources.permitted_scopes(client, parameters.get("scope"))?;
    let prompt = parameters.get("prompt");
    if prompt.is_some_and(|prompt| read_prompts(prompt).is_none()) {
        return Err(invalid("`prompt` is unknown or contradicts itself"));
    }
    let max_age = parameters.get("max_age").map(str::parse).transpose();
    let text = |name: &str| match parameters.get(name) {
        Some(text) if text.len() > MAX_TEXT => {
            Err(invalid("`nonce` and `login_hint` have at most 512 bytes"))
        }
        text => Ok(text.map(str::to_owned)),
    };
    let acr_values: Vec<_> = parameters
        .get("acr_values")
        .into_iter()
        .flat_map(|values| values.split(' '))
        .map(str::to_owned)
        .collect();
    if acr_values.len() > MAX_ACR_VALUES {
        return Err(invalid("`acr_values` has too many values"));
    }
    Ok(Validated {
        client_id: client.id().to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        state: None,
        scopes,
        resources: resources.into_urls(),
        code_challenge: challenge.to_text(),
        nonce: text("nonce")?,
        prompt: prompt.map(str::to_owned),
        max_age: max_age.map_err(|_| invalid("`max_age` is a number of seconds"))?,
        acr_values,
        login_hint: text("login_hint")?,
        subject: None,
        expires_at: now.saturating_add(REQUEST_LIFETIME).as_secs(),
    })
}

/// Checks that the request is for a code with PKCE, and returns the challenge.
fn read_flow(parameters: &Parameters) -> Result<CodeChallenge, OAuthFailure> {
    let invalid = |problem| OAuthFailure::new(ErrorCode::InvalidRequest, problem);
    if parameters.has("request") || parameters.has("request_uri") {
        return Err(OAuthFailure::new(
            ErrorCode::RequestNotSupported,
            "requests in a JWT are not supported",
        ));
    }
    match parameters.required("response_type", "`response_type` is missing")? {
        "code" => {}
        _ => {
            return Err(OAuthFailure::new(
                ErrorCode::UnsupportedResponseType,
                "the response type is `code`",
            ));
        }
    }
    if parameters
        .get("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err(invalid("the response mode is `query`"));
    }
    // a missing method means `plain` (RFC 7636 §4.3), which is refused
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(invalid("`code_challenge_method` is `S256`"));
    }
    let challenge = parameters.required("code_challenge", "`code_challenge` is missing")?;
    let challenge = CodeChallenge::read(challenge);
    challenge.ok_or(invalid("`code_challenge` is no SHA-256 hash in base64url"))
}
