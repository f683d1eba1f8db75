//! `AWS::AutoScaling`: what its groups register with target groups.

use super::{Declared, target_of};
use crate::model::gap::more;
use crate::model::{ResourceRef, Snapshot, TargetGroup, link};
use crate::source::node::Node;
use crate::source::scaling;

/// A group's target groups get its instances, which no template names.
pub(super) fn group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let sources = declared.get("TrafficSources").map(Node::items).unwrap_or_default();
    let named = declared.get("TargetGroupARNs").map(Node::items).unwrap_or_default();
    let named = named.iter().chain(sources.iter().filter_map(|source| source.get("Identifier")));
    for name in named.filter_map(target_of) {
        let Some(id) = link::lookup::<TargetGroup>(snapshot, &name) else { continue };
        let reason = scaling::launched(&declared.logical);
        declared
            .draft_of(snapshot, ResourceRef::new("target_groups", id))
            .gap(&more("/targets"), reason);
    }
}
