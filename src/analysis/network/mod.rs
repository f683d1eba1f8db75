//! The network: which subnets are public, who carries which security group,
//! what is open to everyone, and what can reach what.
//!
//! Source: the Amazon VPC, ELB, RDS and ECS user guides; RFC 4632 and RFC 4291
//! for address ranges.

mod attachments;
mod gaps;
mod open;
pub mod ports;
pub mod ranges;
mod tiers;

use crate::model::Snapshot;

/// Derives the facts of the network and writes them into the model, with gaps
/// for what cannot be derived.
pub fn derive(snapshot: &mut Snapshot) {
    gaps::forget_derived(&mut snapshot.gaps);
    tiers::derive(snapshot);
    attachments::derive(snapshot);
    open::derive(snapshot);
}
