//! Policies: the bundle, its metadata, the engine, verdicts and waivers.

pub mod metadata;
pub mod profile;
pub mod verdict;
