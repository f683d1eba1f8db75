//! Rules of security groups that the plan revokes or changes. The account, or
//! what the state has read of the group, still counts them in.

use super::super::plan::ResourceChange;
use super::ec2_security;
use crate::model::{ResourceRef, SecurityGroup, SecurityGroupRule, Snapshot, link};
use crate::source::node::Node;

/// Takes the rules that a change gives up out of their group; gives whether all
/// were there to be taken out.
pub(in super::super) fn revoke(change: &ResourceChange, snapshot: &mut Snapshot) -> bool {
    let before = Node::from(&change.change.before);
    let Some(spelling) = before.get("security_group_id").and_then(Node::text) else { return false };
    let Some(id) = link::lookup::<SecurityGroup>(snapshot, &spelling) else { return false };
    let Some((direction, rules)) = ec2_security::rules_of(&change.kind, &before, &id) else {
        return false;
    };
    let path = format!("/{direction}");
    let resource = ResourceRef::new("security_groups", &id);
    // Gaps and places name rules by their position.
    let is_open = snapshot.gaps_of("security_groups", Some(&id)).any(|gap| gap.touches(&path));
    let Some(group) = snapshot.model.security_groups.get_mut(&id).filter(|_| !is_open) else {
        return false;
    };
    let list = if direction == "ingress" { &mut group.ingress } else { &mut group.egress };
    for rule in &rules {
        let Some(index) = list.iter().position(|known| is_same(known, rule)) else { return false };
        list.remove(index);
    }
    if let Some(origin) = snapshot.origins.get_mut(&resource) {
        let within = format!("{path}/");
        origin.attributes.retain(|place, _| !place.starts_with(&within));
    }
    true
}

/// Whether two rules let the same through.
fn is_same(one: &SecurityGroupRule, other: &SecurityGroupRule) -> bool {
    let bare = |rule: &SecurityGroupRule| SecurityGroupRule {
        rule_id: None,
        description: None,
        ..rule.clone()
    };
    bare(one) == bare(other)
}
