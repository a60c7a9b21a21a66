//! What a user of Palisade sees: declared handlers behind their guard, in process and over a socket.

mod answers;
mod claims;
mod inputs;
mod inventory;
mod order;
mod routers;
mod support;
