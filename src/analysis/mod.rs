//! Facts that no single resource holds: which subnets are public, what can
//! reach what, what a principal may do.

pub mod identity;
pub mod network;

use crate::model::Snapshot;

/// What the analysis takes from the architecture profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// For the network.
    pub network: network::Options,
}

/// Derives all facts with the reference architecture's profile; see
/// [`derive_with`].
pub fn derive(snapshot: &mut Snapshot) {
    derive_with(snapshot, &Options::default());
}

/// Derives all facts and writes them into the model, with gaps for what cannot
/// be derived. Running it again gives the same.
pub fn derive_with(snapshot: &mut Snapshot, options: &Options) {
    network::derive_of_resources(snapshot);
    identity::derive_of_policies(snapshot);
    // Neither rests on what the other finds.
    let (reached, escalations) = rayon::join(
        || network::Reached::find(snapshot, &options.network),
        || identity::Escalations::find(snapshot),
    );
    reached.record(snapshot);
    escalations.record(snapshot);
}
