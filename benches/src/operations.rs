//! The operations that are counted.

use std::iter::repeat_n;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ::palisade::Algorithm;
use axum::Router;
use axum::http::StatusCode;
use tower::Service;

use crate::connection::Connection;
use crate::contenders::{bare, endpoint, palisade};
use crate::input::{self, Subject};
use crate::outcome::Outcome;
use crate::raw::{RawKey, Signed};
use crate::tokens::{ALGORITHMS, OPAQUE_TOKEN, PATH, distinct, request, requests, valid_token};

/// The number of cheap operations that are counted together.
const MANY: usize = 1_000;

/// The number of signature checks that are counted together.
const FEW: usize = 50;

/// The operations before each count, which fill caches and reserve memory.
pub(crate) const WARM_UP: usize = 10;

/// The algorithm of the repeated token; its cache entry does not depend on it.
const REPEATED: Algorithm = Algorithm::ES256;

/// The number of other routes of a large API.
const ROUTES: usize = 1_000;

/// The servers of requests with a repeated token.
pub(crate) const SERVERS: [&str; 6] = [
    "bare axum",
    "bare axum with the same headers",
    "bare axum with 1,000 more routes",
    "Palisade",
    "Palisade with 1,000 more routes",
    "Palisade, introspected opaque token",
];

/// The costs of each operation.
pub(crate) struct Costs<T> {
    /// A request with a repeated token, by server.
    pub(crate) in_process: Vec<T>,
    /// The same on an HTTP/1.1 connection.
    pub(crate) over_http: Vec<T>,
    /// The signature check alone, by algorithm.
    pub(crate) raw: Vec<T>,
    /// A request to Palisade with a new token, by algorithm.
    pub(crate) new_tokens: Vec<T>,
    /// A JSON body, by hand and with `Valid`.
    pub(crate) json: Vec<T>,
    /// The construction of a router with 1,000 routes, of bare axum and of Palisade.
    pub(crate) start: Vec<T>,
}

/// Counts the costs of one operation, which runs the given number of times.
pub(crate) type Count<'a, T> = dyn FnMut(usize, &mut dyn FnMut() -> Outcome<()>) -> Outcome<T> + 'a;

/// Counts every operation.
pub(crate) fn count_all<T>(count: &mut Count<'_, T>) -> Outcome<Costs<T>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let server = runtime.block_on(palisade::server())?;
    let palisade = palisade::with_routes(0, server.clone());
    let introspecting = runtime.block_on(palisade::introspecting(endpoint::start()?))?;
    // the only request that waits: for the introspection of the token
    runtime.block_on(introspecting.clone().call(request(OPAQUE_TOKEN)?))?;
    // for timers; the operations do not wait, and are polled without the runtime
    let _entered = runtime.enter();
    let token = valid_token(REPEATED).sign();
    let servers = [
        (bare::router(), &*token),
        (bare::with_headers(), &token),
        (bare::with_routes(ROUTES), &token),
        (palisade.clone(), &token),
        (palisade::with_routes(ROUTES, server.clone()), &token),
        (introspecting, OPAQUE_TOKEN),
    ];
    let mut costs = Costs {
        in_process: Vec::new(),
        over_http: Vec::new(),
        raw: Vec::new(),
        new_tokens: Vec::new(),
        json: Vec::new(),
        start: Vec::new(),
    };
    for (router, token) in servers {
        let tokens = repeat_n(token, WARM_UP + MANY);
        let mut operation = in_process(router.clone(), tokens)?;
        costs.in_process.push(count(MANY, &mut operation)?);
        let mut operation = over_http(router, token);
        costs.over_http.push(count(MANY, &mut operation)?);
    }
    for algorithm in ALGORITHMS {
        let tokens = distinct(algorithm, WARM_UP + FEW);
        let mut operation = raw_check(algorithm, &tokens)?;
        costs.raw.push(count(FEW, &mut operation)?);
        let tokens = distinct(algorithm, WARM_UP + FEW);
        let tokens = tokens.iter().map(String::as_str);
        let mut operation = in_process(palisade.clone(), tokens)?;
        costs.new_tokens.push(count(FEW, &mut operation)?);
    }
    for subject in [Subject::ByHand, Subject::Valid] {
        let mut operation = json_body(subject)?;
        costs.json.push(count(MANY, &mut operation)?);
    }
    let builds: [&dyn Fn() -> Router; 2] = [&|| bare::with_routes(ROUTES), &|| {
        palisade::with_routes(ROUTES, server.clone())
    }];
    for build in builds {
        let mut operation = || {
            let is_empty = !build().has_routes();
            if is_empty {
                Err("a router is empty".into())
            } else {
                Ok(())
            }
        };
        costs.start.push(count(1, &mut operation)?);
    }
    Ok(costs)
}

fn in_process<'a, T: Iterator<Item = &'a str>>(
    mut router: Router,
    tokens: T,
) -> Outcome<impl FnMut() -> Outcome<()> + use<T>> {
    let mut requests = requests(tokens)?.into_iter();
    Ok(move || {
        let request = requests.next().ok_or("too few requests")?;
        let response = ready(router.call(request))??;
        if response.status() == StatusCode::OK {
            Ok(())
        } else {
            Err("a valid token was rejected".into())
        }
    })
}

fn over_http(router: Router, token: &str) -> impl FnMut() -> Outcome<()> + use<> {
    let request =
        format!("GET {PATH} HTTP/1.1\r\nhost: api.test\r\nauthorization: Bearer {token}\r\n\r\n");
    let mut connection = Connection::new(router);
    move || connection.send(request.as_bytes())
}

fn raw_check(
    algorithm: Algorithm,
    tokens: &[String],
) -> Outcome<impl FnMut() -> Outcome<()> + use<'_>> {
    let key = RawKey::of(algorithm)?;
    let signed: Outcome<Vec<_>> = tokens.iter().map(|token| Signed::parse(token)).collect();
    let mut signed = signed?.into_iter();
    Ok(move || {
        if signed.next().is_some_and(|token| key.verifies(&token)) {
            Ok(())
        } else {
            Err("a valid token was rejected".into())
        }
    })
}

fn json_body(subject: Subject) -> Outcome<impl FnMut() -> Outcome<()>> {
    let bodies: Result<Vec<_>, _> = (0..WARM_UP + MANY).map(|_| input::request()).collect();
    let mut bodies = bodies?.into_iter();
    Ok(move || {
        let body = bodies.next().ok_or("too few bodies")?;
        ready(subject.extract(body))?
    })
}

/// Returns the output of a future that does not wait.
fn ready<F: Future>(future: F) -> Outcome<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err("an operation waits".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // checks that everything runs, and no figure
    #[test]
    fn every_operation_succeeds() {
        let costs = count_all(&mut |operations, operation| {
            for _ in 0..operations {
                operation()?;
            }
            Ok(())
        });
        let costs = costs.unwrap();
        assert_eq!(costs.in_process.len(), SERVERS.len());
        assert_eq!(costs.over_http.len(), SERVERS.len());
        assert_eq!(costs.new_tokens.len(), ALGORITHMS.len());
        assert_eq!(costs.start.len(), 2);
    }
}
