//! A policy-as-code compliance scanner and guardrail auditor for AWS.
//!
//! The way of the data: [`source`] → [`model`] → [`analysis`] → [`policy`] →
//! [`report`]; only [`cli`] knows them all.

pub mod analysis;
pub mod cli;
pub mod diagnostic;
pub mod json_text;
pub mod model;
pub mod policy;
pub mod report;
pub mod source;
pub mod suggest;
