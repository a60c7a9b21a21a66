//! The rules for the arguments of a declared handler.
//!
//! rustc checks them at the argument's own span; the name of a type decides nothing. Every type has
//! a kind, and every kind of mistake has a trait that nothing implements, so that the compiler's
//! message names the fix. `kinds` assigns the kinds; `facts` is what a route knows afterwards.

use std::convert::Infallible;
use std::marker::PhantomData;

use crate::input::Shape;
use crate::routing::argument::facts::{ArgumentFacts, Content};

/// A type that can be an argument of a handler, if the handler's access allows it.
///
/// These types satisfy the rule:
///
/// - input that is decoded strictly and checked: [`Valid<Json<T>>`](crate::Valid) and the other
///   extractors inside `Valid`, `Path<T>` of scalars, and `Option` of these;
/// - [`Caller`](crate::Caller) and [`Tickets`](crate::Tickets) in a `#[secured]` handler;
/// - values of the server, such as `State<T>`, `Method`, `MatchedPath`, [`RequestId`](crate::RequestId) and [`Shutdown`](crate::Shutdown);
/// - `Upgrade`, the handshake of a WebSocket connection (feature `ws`);
/// - `Extension<T>` of a type that states in [`TrustedExtension`](crate::TrustedExtension) why it can be
///   trusted;
/// - an extractor of the API that states in [`TrustedExtractor`](crate::TrustedExtractor) why its
///   value can be trusted;
/// - [`Unvalidated<E>`](crate::Unvalidated) around any extractor, for a reason in the attribute.
///
/// No other crate can implement it, because the type of a hidden item is private:
///
/// ```compile_fail,E0046
/// use palisade::prelude::*;
/// use palisade::rules::{HandlerArgument, ReadsHead, ServerData};
///
/// struct RawBody(axum::body::Bytes);
///
/// impl HandlerArgument for RawBody {
///     type Kind = ServerData;
///     type Reads = ReadsHead;
///     type Extraction = <State<()> as HandlerArgument>::Extraction;
/// }
/// ```
pub trait HandlerArgument {
    /// The kind of argument, which decides whether a handler's access allows it.
    type Kind;

    /// [`ReadsHead`] or [`ReadsBody`].
    type Reads;

    #[doc(hidden)]
    type Extraction;

    #[doc(hidden)]
    const FACTS: ArgumentFacts;
}

/// An argument of kind `K` that a handler with access `A` allows.
///
/// A note of rustc that names this trait leads to the rule that is broken: it is the trait in the
/// error's first lines.
// A rule below this one has another `Self`, or rustc would report this trait, which has no message.
pub trait AllowedIn<A, K> {
    #[doc(hidden)]
    const CONTENT: Content = Content::NONE;
}

/// A handler with access `A` may have this argument.
///
/// See [`HandlerArgument`] for the types that satisfy the rule. Three mistakes lead here:
///
/// - a plain type, as in `async fn create_order(order: NewOrder)`. Write the extractor with `Valid`:
///   `Valid(Json(order)): Valid<Json<NewOrder>>`;
/// - an extractor of your own. State in [`TrustedExtractor`](crate::TrustedExtractor) why its value can be trusted,
///   or implement [`InputExtractor`](crate::input::InputExtractor) and write `Valid<…>`;
/// - an extractor of another crate, such as axum's `OriginalUri`. Write [`Unvalidated`](crate::Unvalidated), with a
///   reason in the attribute.
///
/// ```
/// use axum::http::Uri;
/// use palisade::prelude::*;
///
/// #[public(reason = "echo service", unvalidated = "the path is echoed as text")]
/// async fn echo(Unvalidated(uri): Unvalidated<Uri>) -> String {
///     uri.path().to_owned()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` would reach the handler unchecked",
    label = "neither checked input nor a trusted extractor",
    note = "help: for input, write `Valid<Json<…>>`, `Valid<Query<…>>`, … of a type that derives `SecureInput`",
    note = "help: for an extractor of your own, implement `TrustedExtractor` with a `REASON`, or `palisade::input::InputExtractor` inside `Valid`",
    note = "help: for an extractor of another crate, write `Unvalidated<…>` and `unvalidated = \"…\"` in the attribute"
)]
pub trait ArgumentOf<A> {
    #[doc(hidden)]
    const FACTS: ArgumentFacts;
}

impl<A, T> ArgumentOf<A> for T
where
    T: HandlerArgument,
    T: AllowedIn<A, T::Kind>,
{
    const FACTS: ArgumentFacts = <T as HandlerArgument>::FACTS.of(
        std::any::type_name::<T>,
        <T as AllowedIn<A, T::Kind>>::CONTENT,
    );
}

/// A handler with access `A` may have this argument before the last one.
///
/// See [`ArgumentOf`], and [`LeavesBodyUnread`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` would reach the handler unchecked",
    label = "neither checked input nor a trusted extractor",
    note = "help: for input, write `Valid<Json<…>>`, `Valid<Query<…>>`, … of a type that derives `SecureInput`",
    note = "help: for an extractor of your own, implement `TrustedExtractor` with a `REASON`, or `palisade::input::InputExtractor` inside `Valid`",
    note = "help: for an extractor of another crate, write `Unvalidated<…>` and `unvalidated = \"…\"` in the attribute"
)]
pub trait ArgumentBeforeLast<A> {
    #[doc(hidden)]
    const FACTS: ArgumentFacts;
}

impl<A, T> ArgumentBeforeLast<A> for T
where
    T: HandlerArgument + ArgumentOf<A>,
    T::Reads: LeavesBodyUnread,
{
    const FACTS: ArgumentFacts = <T as ArgumentOf<A>>::FACTS;
}

/// An argument that reads only the head of the request.
pub enum ReadsHead {}

/// An argument that may read the body.
pub enum ReadsBody {}

/// An argument before the last one leaves the body unread.
///
/// A request has one body, and only the last argument reads it. Move the argument with `Json`,
/// `Form`, `Multipart`, `PlainText`, `BinaryBody` or `StreamedBody` to the end:
///
/// ```
/// use palisade::prelude::*;
///
/// # #[derive(Deserialize, Validate, SecureInput)]
/// # #[serde(deny_unknown_fields)]
/// # struct NewOrder { #[garde(range(min = 1, max = 9))] quantity: u8 }
/// #[secured(scopes = "orders:write")]
/// async fn create_order(caller: Caller, order: Valid<Json<NewOrder>>) {}
/// ```
#[diagnostic::on_unimplemented(
    message = "an argument that reads the body must be the last one",
    label = "this argument reads the body",
    note = "help: move it to the end of the argument list; only one argument can read the body"
)]
pub trait LeavesBodyUnread {}

#[diagnostic::do_not_recommend]
impl LeavesBodyUnread for ReadsHead {}

/// The access of a `#[secured]` handler.
pub enum SecuredHandler {}

/// The access of a `#[public]` handler.
pub enum PublicHandler {}

/// The access of a handler with `unvalidated = "…"` in its attribute.
pub enum WithUnvalidated<A> {
    #[doc(hidden)]
    _Never(Infallible, PhantomData<A>),
}

/// A handler with a [`Caller`](crate::Caller) authenticates its clients.
///
/// A `#[public]` handler looks at no token and has no caller. Remove the argument, or replace
/// `#[public(…)]` by `#[secured(authenticated)]`.
#[diagnostic::on_unimplemented(
    message = "a `#[public]` handler has no caller",
    label = "clients of this handler are not authenticated",
    note = "help: remove the argument, or write `#[secured(authenticated)]` instead of `#[public(…)]`"
)]
pub trait HasCaller {}

#[diagnostic::do_not_recommend]
impl HasCaller for SecuredHandler {}
#[diagnostic::do_not_recommend]
impl<A: HasCaller> HasCaller for WithUnvalidated<A> {}

/// A handler for a session or a token, with an optional [`Caller`](crate::Caller) argument.
///
/// An optional caller turns an invalid token into an anonymous request. Write two handlers: a
/// `#[secured]` one with [`Caller`](crate::Caller) and a `#[public]` one without.
#[diagnostic::on_unimplemented(
    message = "a caller is never optional",
    label = "write `Caller`",
    note = "help: write two handlers, a `#[secured]` one with `Caller` and a `#[public]` one without"
)]
pub trait AllowsOptionalCaller {}

#[diagnostic::do_not_recommend]
impl<A: AllowsOptionalCaller> AllowsOptionalCaller for WithUnvalidated<A> {}

/// A handler with an [`Unvalidated`](crate::Unvalidated) argument states why that is safe.
///
/// ```
/// use palisade::prelude::*;
///
/// #[public(
///     reason = "webhook, authenticated by its signature",
///     unvalidated = "the signature covers the raw bytes"
/// )]
/// async fn receive_event(Unvalidated(body): Unvalidated<axum::body::Bytes>) {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`Unvalidated` needs a reason",
    label = "this input is not checked",
    note = "help: write `unvalidated = \"why this is safe\"` in the handler's attribute, or replace `Unvalidated<…>` by `Valid<…>`"
)]
pub trait StatesWhyUnvalidated {}

#[diagnostic::do_not_recommend]
impl<A> StatesWhyUnvalidated for WithUnvalidated<A> {}

/// A handler for unchecked input. No type implements this trait.
///
/// axum's extractors decode input but check no rules, and accept unknown and repeated members.
/// Wrap them in [`Valid`](crate::Valid), and derive [`SecureInput`](crate::SecureInput) for the type
/// inside:
///
/// ```
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(range(min = 1, max = 100))]
///     quantity: u8,
/// }
///
/// #[secured(scopes = "orders:write")]
/// async fn create_order(Valid(Json(order)): Valid<Json<NewOrder>>) {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{E}` would reach the handler unchecked",
    label = "raw input",
    note = "help: write `Valid<…>` around an extractor, as in `Valid<Json<NewOrder>>`, and derive `SecureInput` for the type inside"
)]
pub trait AllowsRawInput<E: ?Sized> {}

/// A handler that runs although an argument was rejected. No type implements this trait.
///
/// An argument of type `Result` would pass rejected input on. Write the argument itself: a rejection
/// is answered before the handler runs, and [`Api::map_problems`](crate::Api::map_problems) changes
/// the answer.
#[diagnostic::on_unimplemented(
    message = "an argument of a declared handler is never a `Result`",
    label = "rejected input would reach the handler",
    note = "help: write the argument without `Result`; a rejection is answered before the handler runs"
)]
pub trait AllowsFallibleArguments {}

/// An argument of kind `K` that may be absent in a handler with access `A`.
///
/// Optional input is `Option<Valid<…>>`: absent or valid.
#[diagnostic::on_unimplemented(
    message = "`Option<{Self}>` would reach the handler unchecked",
    label = "not an argument that Palisade can check",
    note = "help: write `Option<Valid<…>>` for optional input: absent or valid"
)]
pub trait OptionalIn<A, K> {
    #[doc(hidden)]
    const CONTENT: Content = Content::NONE;
}

/// Path parameters that parsing checks completely: scalars, and tuples of scalars.
///
/// Integers, `bool`, `Uuid` and types that derive [`SecureInput`](crate::SecureInput) as scalars need
/// no `Valid`. Text and structs do:
///
/// ```
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Name {
///     #[garde(length(chars, min = 1, max = 64))]
///     name: String,
/// }
///
/// #[secured(scopes = "orders:read")]
/// async fn show_order(Path(number): Path<u32>) {}
///
/// #[secured(scopes = "orders:read")]
/// async fn show_customer(Valid(Path(name)): Valid<Path<Name>>) {}
/// ```
///
/// No other crate can implement it:
///
/// ```compile_fail,E0046
/// struct Name(String);
///
/// impl palisade::rules::ParsedFromPath for Name {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`Path<{Self}>` would reach the handler unchecked",
    label = "raw input",
    note = "help: use a scalar that parsing checks, as in `Path<u32>` or `Path<palisade::input::Identifier<64>>`, or write `Valid<Path<…>>` with a type that derives `SecureInput`"
)]
pub trait ParsedFromPath {
    #[doc(hidden)]
    const SHAPES: &'static [fn() -> &'static Shape];

    #[doc(hidden)]
    #[cfg(feature = "schemas")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// The reason of an argument is not empty, if `STATED`.
pub enum Reason<const STATED: bool> {}

/// An argument that the API trusts or decodes itself has a statement that is not empty.
///
/// [`TrustedExtractor::REASON`](crate::TrustedExtractor::REASON),
/// [`TrustedExtension::REASON`](crate::TrustedExtension::REASON) and
/// [`InputExtractor::ACCEPTS`](crate::input::InputExtractor::ACCEPTS) are sentences for the people who audit
/// the API; an empty one says nothing.
#[diagnostic::on_unimplemented(
    message = "the `REASON` or `ACCEPTS` of this argument is empty",
    label = "an argument without a statement",
    note = "help: state in `REASON` why its value can be trusted, or in `ACCEPTS` which input it accepts"
)]
pub trait ReasonIsStated {
    #[doc(hidden)]
    const HOLDS: () = ();
}

#[diagnostic::do_not_recommend]
impl ReasonIsStated for Reason<true> {}

/// The `unvalidated = "…"` of an attribute, with whether an argument is `Unvalidated<…>`.
pub enum UnvalidatedReason<const USED: bool> {}

/// A handler with `unvalidated = "…"` has an [`Unvalidated`](crate::Unvalidated) argument.
///
/// Without one the reason would stand in the inventory for something that does not exist.
#[diagnostic::on_unimplemented(
    message = "`unvalidated` without an argument of type `Unvalidated<…>`",
    label = "this reason applies to no argument",
    note = "help: remove `unvalidated = \"…\"`"
)]
pub trait UnvalidatedIsUsed {
    #[doc(hidden)]
    const HOLDS: () = ();
}

#[diagnostic::do_not_recommend]
impl UnvalidatedIsUsed for UnvalidatedReason<true> {}

/// A limit that only a body in chunks may have, with whether the handler reads one.
pub enum BodyInChunks<const READ: bool> {}

/// A handler with a `body_limit` above 1 GiB or a `body_timeout` above 60 min reads its body in chunks.
///
/// Every other extractor holds the whole body in memory. Read the body by
/// [`Valid<StreamedBody<M>>`](crate::input::StreamedBody), or lower the limit.
///
/// ```
/// use palisade::input::{MediaTypes, StreamedBody};
/// use palisade::prelude::*;
///
/// struct Video;
///
/// impl MediaTypes for Video {
///     const ACCEPTED: &'static [&'static str] = &["video/mp4"];
/// }
///
/// #[secured(scopes = "videos:write", body_limit = "20 GiB", body_timeout = "6 h")]
/// async fn upload_video(video: Valid<StreamedBody<Video>>) {}
/// ```
#[diagnostic::on_unimplemented(
    message = "a limit above 1 GiB or 60 min needs a body in chunks",
    label = "the whole body would be in memory",
    note = "help: read the body by `Valid<StreamedBody<M>>`, or write at most `body_limit = \"1 GiB\"` and `body_timeout = \"60 min\"`"
)]
pub trait LargeBodyIsStreamed {
    #[doc(hidden)]
    const HOLDS: () = ();
}

#[diagnostic::do_not_recommend]
impl LargeBodyIsStreamed for BodyInChunks<true> {}

/// The data of a [`ConnectInfo`](axum::extract::ConnectInfo) that a handler may have.
///
/// `SocketAddr` is the peer's address, which the listener of Palisade and of axum report. A type of the
/// API, for a listener of its own, states in [`TrustedExtension`](crate::TrustedExtension) why it can
/// be trusted.
#[diagnostic::on_unimplemented(
    message = "`ConnectInfo<{Self}>` would reach the handler unchecked",
    label = "nothing states why `{Self}` is trusted",
    note = "help: write `ConnectInfo<SocketAddr>`, or `impl palisade::TrustedExtension for {Self} {{ const REASON: &'static str = \"…\"; }}`"
)]
pub trait ConnectionData {
    #[doc(hidden)]
    const CONTENT: Content;
}
