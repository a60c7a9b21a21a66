//! An MCP server (Model Context Protocol, revision 2026-07-28) whose tools are declared handlers.
//!
//! `orders` has the tools, their declarations and the routes. `operation` compares each message with its header, `message`
//! has the messages as input types, `gateway` passes them to rmcp, which speaks the protocol, and `undeclared` refuses the others. `json_rpc` has the errors,
//! and `site` the hosts and origins of the server.

pub mod gateway;
pub mod json_rpc;
pub mod message;
pub mod operation;
pub mod orders;
pub mod site;
pub mod undeclared;
