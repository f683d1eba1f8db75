//! Policies: the bundle, its metadata, the engine, verdicts and waivers.

pub mod annotations;
pub mod bundle;
pub mod engine;
pub mod evaluate;
pub mod gaps;
pub mod metadata;
pub mod profile;
pub mod verdict;
