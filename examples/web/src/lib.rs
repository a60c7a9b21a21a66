//! The web application of the program `web`, as a library: [`api`] returns it for a command line and a clock.

mod handlers;
mod options;
mod orders;
mod page;

use std::convert::Infallible;
use std::error::Error;
use std::future::ready;

use axum::extract::FromRef;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use palisade::prelude::*;
use palisade::relying_party::{
    LoginRequest, LoginRoutes, LoginTokens, Logins, Prompt, Provider, RelyingParty, SealingKey,
    Sessions,
};
use palisade::{Algorithm, Api, Clock};

pub use self::options::Options;
use self::orders::OrdersApi;

/// The scopes beside `openid`, as far as the provider supports the standard ones.
const SCOPES: [&str; 3] = ["orders:read", "profile", "offline_access"];

/// Returns the application. Logins and sessions read the clock.
///
/// # Errors
///
/// Returns an error if the provider, a file or an option cannot be used.
pub async fn api(options: &Options, clock: impl Clock + Clone) -> Result<Api, Box<dyn Error>> {
    let mut provider = Provider::builder(&options.issuer).clock(clock.clone());
    if options.allow_loopback_http {
        provider = provider.allow_loopback_http();
    }
    let provider = provider.build().await?;
    let metadata = provider.metadata().await?;
    let supports = |scope: &str| {
        let scopes = metadata.scopes().unwrap_or_default();
        scope == SCOPES[0] || scopes.iter().any(|supported| supported == scope)
    };
    let scopes = SCOPES.map(|scope| if supports(scope) { scope } else { "" });
    let scopes: Vec<_> = scopes
        .into_iter()
        .filter(|scope| !scope.is_empty())
        .collect();
    // OpenID Connect Core §11: a provider that supports `offline_access` issues refresh tokens after consent only
    let request = if supports("offline_access") {
        LoginRequest::new().prompt(Prompt::Consent)
    } else {
        LoginRequest::new()
    };
    let policy = page::security_policy(&options.issuer, metadata.end_session_endpoint())?;
    let algorithms = metadata.id_token_algorithms().unwrap_or_default();
    let algorithm = if algorithms.iter().any(|name| name == "RS256") {
        Algorithm::RS256
    } else {
        Algorithm::ES256
    };

    let party = RelyingParty::new(provider, options.registration()?)?;
    let origin = format!("http://{}", options.listen);
    let mut logins = Logins::builder(party, format!("{origin}/callback"), SealingKey::generate()?)
        .scopes(scopes.join(" "))
        .resource(&options.resource)
        .id_token_algorithm(algorithm)
        // this program's own address, which is on loopback
        .allow_loopback_http();
    if let Some(uri) = &options.post_logout_redirect_uri {
        logins = logins.post_logout_redirect_uri(uri);
    }
    let logins = logins.build().await?;
    let tokens = LoginTokens::new(&logins, options.vault().await?);
    let orders = OrdersApi::new(&options.api, tokens.clone())?;

    let sessions = Sessions::builder(origin).clock(clock).build()?;
    let server = ResourceServer::builder().sessions(sessions.clone());
    let server = server.build().await?;
    let login_routes = LoginRoutes::new(logins, sessions.clone())
        .tokens(tokens)
        .request(request);
    let api = pages()
        .merge(login_routes)
        .layer(map_response(move |response| {
            ready(with_policy(response, &policy))
        }))
        .with_state(Application { orders, sessions })
        .protect(server);
    Ok(api.render_errors(|problem| Ok::<_, Infallible>(page::error(problem))))
}

/// The state of the handlers.
#[derive(Clone)]
struct Application {
    orders: OrdersApi,
    sessions: Sessions,
}

impl FromRef<Application> for OrdersApi {
    fn from_ref(application: &Application) -> Self {
        application.orders.clone()
    }
}

impl FromRef<Application> for Sessions {
    fn from_ref(application: &Application) -> Self {
        application.sessions.clone()
    }
}

/// Returns the routes of the pages, and of `/me`, which is for programs: its errors are JSON too.
fn pages() -> SecureRouter<Application> {
    let me = get(handlers::me).route_layer(map_response(Problem::keep_format));
    SecureRouter::new()
        .route("/", get(handlers::home))
        .route("/me", me)
        .route("/orders", get(handlers::list_orders))
        .route("/style.css", get(handlers::style))
}

/// Sets the policies of a response: its page has this program's style, and no script. Forms name their origin.
fn with_policy(mut response: Response, policy: &HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    let same_origin = HeaderValue::from_static("same-origin");
    headers.insert(header::REFERRER_POLICY, same_origin);
    response
}
