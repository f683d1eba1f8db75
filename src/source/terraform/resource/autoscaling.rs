//! Auto Scaling groups: what they register with target groups.

use super::{Declared, target_of};
use crate::model::gap::more;
use crate::model::{ResourceRef, Snapshot, TargetGroup};
use crate::source::node::Node;
use crate::source::scaling;

/// A group's target groups get its instances, which no plan names.
pub(super) fn group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    leave_open(declared, &declared.address, snapshot);
}

pub(super) fn attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let name = declared.get("autoscaling_group_name");
    let group = name.and_then(Node::text).unwrap_or_else(|| declared.address.clone());
    leave_open(declared, &group, snapshot);
}

fn leave_open(declared: &Declared<'_>, group: &str, snapshot: &mut Snapshot) {
    let listed = ["target_group_arns", "lb_target_group_arn", "alb_target_group_arn"];
    let listed = listed.into_iter().filter_map(|name| declared.get(name)).flat_map(Node::items);
    let sources = declared.get("traffic_source").map(Node::items).unwrap_or_default();
    let sources = sources.iter().filter_map(|source| source.get("identifier"));
    for node in listed.chain(sources) {
        let Some(id) = target_of::<TargetGroup>(snapshot, node) else { continue };
        declared
            .draft_of(snapshot, ResourceRef::new("target_groups", id))
            .gap(&more("/targets"), scaling::launched(group));
    }
}
