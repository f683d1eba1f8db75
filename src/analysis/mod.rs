//! Facts that no single resource holds: which subnets are public, what can
//! reach what, what a principal may do.

pub mod network;

use crate::model::Snapshot;

/// Derives all facts and writes them into the model, with gaps for what cannot
/// be derived. Running it again gives the same.
pub fn derive(snapshot: &mut Snapshot) {
    network::derive(snapshot);
}
