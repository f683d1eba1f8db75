//! Policies: the bundle, its metadata, the engine, verdicts and waivers.

pub mod annotations;
pub mod baseline;
pub mod bundle;
pub mod check;
pub mod config;
pub mod engine;
pub mod evaluate;
pub mod fingerprint;
pub mod frameworks;
pub mod gaps;
pub mod metadata;
pub mod profile;
pub mod reference;
pub mod schema;
pub mod suggest;
pub mod test_runner;
pub mod verdict;
pub mod waiver;
