//! The network: which subnets are public, who carries which security group,
//! what is open to everyone, and what can reach what.
//!
//! Source: the Amazon VPC, ELB, RDS, ECS, EKS and Lambda guides; RFC 4632 and RFC 4291
//! for address ranges.

pub mod acl;
mod attachments;
mod balanced;
pub mod balancers;
mod bastion;
pub mod connections;
mod data;
mod egress;
pub mod ends;
pub mod entry;
mod facts;
pub mod flow;
mod functions;
pub mod gaps;
pub mod hops;
mod internet;
mod kubernetes;
mod open;
pub mod ports;
pub mod public_endpoint;
pub mod query;
pub mod ranges;
pub mod routes;
pub mod rules;
mod service_entries;
mod starts;
pub mod things;
mod tiers;
pub mod unseen_targets;
pub mod world;
mod zones;

use std::collections::BTreeMap;

use crate::model::{Gap, Reachability, Snapshot};

/// What the analysis takes from the architecture profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The tag that marks a bastion host: key and value.
    pub bastion_tag: (String, String),
    /// CIDR blocks from which administrators come; none where nobody named any.
    pub admin_cidrs: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { bastion_tag: ("Role".to_owned(), "bastion".to_owned()), admin_cidrs: Vec::new() }
    }
}

/// Derives the facts of the network and writes them into the model, with gaps
/// for what cannot be derived.
pub fn derive(snapshot: &mut Snapshot, options: &Options) {
    derive_of_resources(snapshot);
    Reached::find(snapshot, options).record(snapshot);
}

/// The facts that are written beside their resources.
pub(super) fn derive_of_resources(snapshot: &mut Snapshot) {
    gaps::forget_derived(&mut snapshot.gaps);
    tiers::derive(snapshot);
    attachments::derive(snapshot);
    open::derive(snapshot);
}

/// What can reach what, and the gaps in it. Rests on the facts of the resources.
pub(super) struct Reached {
    reachability: BTreeMap<String, Reachability>,
    gaps: Vec<Gap>,
}

impl Reached {
    pub(super) fn find(snapshot: &Snapshot, options: &Options) -> Self {
        let (reachability, gaps) = facts::all(&world::World::new(snapshot, options));
        Self { reachability, gaps }
    }

    pub(super) fn record(self, snapshot: &mut Snapshot) {
        snapshot.model.analysis.reachability = self.reachability;
        snapshot.gaps.extend(self.gaps);
    }
}
