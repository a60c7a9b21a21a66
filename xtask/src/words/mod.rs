//! `cargo xtask words`: names and prose use the words of the glossary, in American spelling.
//!
//! Files are split into names and sentences (`language`, `rust_text`, `plain_text`, `prose`) and matched
//! (`matching`) against the words (`vocabulary`, `spelling`), less the exceptions (`exceptions`).

mod exceptions;
mod files;
mod language;
mod matching;
mod plain_text;
mod prose;
mod report;
mod rust_text;
mod sentence;
mod spelling;
#[cfg(test)]
mod tests;
mod vocabulary;

pub(crate) use self::report::run;
