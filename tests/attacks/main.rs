//! Attacks on a running API, each with the weakness that it stands for.

mod paths;
mod sockets;
mod tokens;
