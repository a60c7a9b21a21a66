//! `cargo xtask rooms`: sizes, layers and cycles of the workspace's files.
//!
//! Files are parsed (`source`), their paths collected (`references`) and resolved (`crate_tree`, `imports`),
//! and checked (`sizes`, `table_rules`, `layer_rules`, `cycle_rules`).

mod attributes;
mod crate_tree;
mod cycle_rules;
mod cycles;
mod folder;
mod imports;
mod layer_rules;
mod layers;
mod references;
mod report;
mod sizes;
mod source;
mod table_rules;
mod tokens;

pub(crate) use self::report::run;
