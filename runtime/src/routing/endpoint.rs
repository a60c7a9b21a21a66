//! A handler as a route calls it: its arguments are extracted in their order, then its body runs.

use std::mem;

use axum::extract::Request;
use axum::response::Response;

use crate::routing::argument::extraction::{ExtractedWithState, LastExtractedWithState};
use crate::routing::passed_guard::PassedGuard;
use crate::steps::{self, Step};

/// The arguments of a handler, as a tuple.
pub struct Arguments<T>(pub T);

/// The handler `H` runs on a router with the state `S`.
///
/// The attributes implement this trait for [`Checked<true>`](crate::routing::declared::Checked). `M` is axum's marker for the last
/// argument; it is inferred, like `S`. The types of the arguments do not appear here, because they
/// may be private to the module of the handler.
///
/// The request is borrowed, because each future that owns one is larger by its size, and a boxed
/// future of more than 1 KiB leaves the allocator's fast path.
pub trait Endpoint<H, S, M>: 'static {
    #[doc(hidden)]
    fn call(
        request: &mut Request,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Response> + Send;
}

/// Every argument of a handler can be extracted on a router with the state `S`.
///
/// The error is that of [`RunsWithState`](crate::rules::RunsWithState): with this trait, it would be longer than a screen.
pub trait ExtractedArguments<S, M>: Sized + Send + 'static {
    #[doc(hidden)]
    fn extract(
        request: &mut Request,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<Self, Response>> + Send;
}

impl<S: Send + Sync + 'static> ExtractedArguments<S, ()> for Arguments<()> {
    async fn extract(_: &mut Request, _: &S, _: &PassedGuard) -> Result<Self, Response> {
        steps::begin(Step::Handler);
        Ok(Self(()))
    }
}

impl<S, M, T> ExtractedArguments<S, M> for Arguments<(T,)>
where
    S: Send + Sync + 'static,
    T: LastExtractedWithState<S, M> + Send + 'static,
{
    async fn extract(
        request: &mut Request,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Self, Response> {
        let extracting = T::extract_last(mem::take(request), state, guard);
        let argument = extracting.await?;
        steps::begin(Step::Handler);
        Ok(Self((argument,)))
    }
}

/// Implements the extraction of two and more arguments; all but the last read only the head.
macro_rules! tuples {
    ($([$($name:ident: $head:ident)*] $last:ident;)*) => {$(
        impl<S, M, $($head,)* $last> ExtractedArguments<S, M> for Arguments<($($head,)* $last,)>
        where
            S: Send + Sync + 'static,
            $($head: ExtractedWithState<S> + Send + 'static,)*
            $last: LastExtractedWithState<S, M> + Send + 'static,
        {
            async fn extract(
                request: &mut Request,
                state: &S,
                guard: &PassedGuard,
            ) -> Result<Self, Response> {
                let (mut parts, body) = mem::take(request).into_parts();
                $(
                    let $name = $head::extract(&mut parts, state, guard).await?;
                    if $head::IS_CUSTOM {
                        guard.extensions().restore(&mut parts.extensions);
                    }
                )*
                let request = Request::from_parts(parts, body);
                let last = $last::extract_last(request, state, guard).await?;
                steps::begin(Step::Handler);
                Ok(Self(($($name,)* last,)))
            }
        }
    )*};
}

tuples! {
    [a: T1] T2;
    [a: T1 b: T2] T3;
    [a: T1 b: T2 c: T3] T4;
    [a: T1 b: T2 c: T3 d: T4] T5;
    [a: T1 b: T2 c: T3 d: T4 e: T5] T6;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6] T7;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6 g: T7] T8;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6 g: T7 h: T8] T9;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6 g: T7 h: T8 i: T9] T10;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6 g: T7 h: T8 i: T9 j: T10] T11;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6 g: T7 h: T8 i: T9 j: T10 k: T11] T12;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6 g: T7 h: T8 i: T9 j: T10 k: T11 l: T12] T13;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6 g: T7 h: T8 i: T9 j: T10 k: T11 l: T12 m: T13] T14;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6 g: T7 h: T8 i: T9 j: T10 k: T11 l: T12 m: T13 n: T14] T15;
    [a: T1 b: T2 c: T3 d: T4 e: T5 f: T6 g: T7 h: T8 i: T9 j: T10 k: T11 l: T12 m: T13 n: T14 o: T15] T16;
}
