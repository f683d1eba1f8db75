//! Resources that own all of something: what the account has beside what they
//! list is removed when the plan is applied. What the plan itself declares for
//! the same target is kept, since which of the two is applied last is open.
//!
//! Source: the AWS provider's documentation of `aws_iam_*_policies_exclusive`,
//! `aws_iam_*_policy_attachments_exclusive` and
//! `aws_vpc_security_group_rules_exclusive`.

use std::collections::BTreeSet;

use super::Declared;
use crate::model::{
    IamGroup, IamRole, IamUser, InlinePolicy, Origin, Reason, ResourceRef, SecurityGroup, Snapshot,
};
use crate::source::node::{Node, Value};

/// Applies them, before what the plan adds to the same targets.
pub(in super::super) fn apply(all: &[Declared<'_>], snapshot: &mut Snapshot) {
    for one in all {
        match one.instance.kind {
            "aws_iam_role_policy_attachments_exclusive"
            | "aws_iam_user_policy_attachments_exclusive"
            | "aws_iam_group_policy_attachments_exclusive" => attachments(one, snapshot),
            "aws_iam_role_policies_exclusive"
            | "aws_iam_user_policies_exclusive"
            | "aws_iam_group_policies_exclusive" => inline_policies(one, snapshot),
            "aws_vpc_security_group_rules_exclusive" => rules(one, all, snapshot),
            _ => {}
        }
    }
}

/// The role, user or group that it names.
fn principal(one: &Declared<'_>, snapshot: &Snapshot) -> Option<ResourceRef> {
    let role = || one.target::<IamRole>(snapshot, "role_name").map(|id| ("iam_roles", id));
    let user = || one.target::<IamUser>(snapshot, "user_name").map(|id| ("iam_users", id));
    let group = || one.target::<IamGroup>(snapshot, "group_name").map(|id| ("iam_groups", id));
    let (collection, id) = role().or_else(user).or_else(group)?;
    Some(ResourceRef::new(collection, id))
}

/// Whether a plan declares a resource, with all that it has.
pub(in super::super) fn is_declared(resource: &ResourceRef, snapshot: &Snapshot) -> bool {
    let origin = snapshot.origins.get(resource).map(|origin| &origin.resource);
    matches!(origin, Some(Origin::Plan { .. }))
}

/// Attaches what is listed, and detaches the rest.
fn attachments(one: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(resource) = principal(one, snapshot) else { return };
    let keeps = is_declared(&resource, snapshot);
    let mut draft = one.draft_of(snapshot, resource.clone());
    let listed = draft.strings("/attached_policies", one.get("policy_arns"));
    let model = &mut snapshot.model;
    let attached = match resource.collection.as_str() {
        "iam_roles" => model.iam_roles.get_mut(&resource.id).map(|r| &mut r.attached_policies),
        "iam_users" => model.iam_users.get_mut(&resource.id).map(|u| &mut u.attached_policies),
        _ => model.iam_groups.get_mut(&resource.id).map(|g| &mut g.attached_policies),
    };
    let Some(attached) = attached else { return };
    if !keeps {
        attached.clear();
    }
    for policy in listed {
        if !attached.contains(&policy) {
            attached.push(policy);
        }
    }
}

/// Removes what is not listed. A policy that is listed but written nowhere is
/// not made: its document is not known.
fn inline_policies(one: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(resource) = principal(one, snapshot) else { return };
    // Gaps name policies by their position: then none is moved.
    let open = snapshot.gaps.iter().any(|gap| {
        gap.collection == resource.collection
            && gap.id.as_ref().is_none_or(|id| *id == resource.id)
            && gap.touches("/inline_policies")
    });
    if open || is_declared(&resource, snapshot) {
        return;
    }
    let mut names = BTreeSet::new();
    for item in one.get("policy_names").map(Node::items).unwrap_or_default() {
        match &item.value {
            // A name that is known only after apply is none that is there.
            Value::Reference(_) | Value::Absent => {}
            _ => match item.text() {
                Some(name) => {
                    names.insert(name);
                }
                None => {
                    let mut draft = one.draft_of(snapshot, resource);
                    draft.whole("/inline_policies", Some(item));
                    return;
                }
            },
        }
    }
    let listed =
        |policy: &InlinePolicy| policy.name.as_ref().is_none_or(|name| names.contains(name));
    let model = &mut snapshot.model;
    let inline = match resource.collection.as_str() {
        "iam_roles" => model.iam_roles.get_mut(&resource.id).map(|r| &mut r.inline_policies),
        "iam_users" => model.iam_users.get_mut(&resource.id).map(|u| &mut u.inline_policies),
        _ => model.iam_groups.get_mut(&resource.id).map(|g| &mut g.inline_policies),
    };
    if let Some(inline) = inline {
        inline.retain(listed);
    }
}

/// Revokes rules that are not listed. The model knows no rule's id: where one is
/// listed that the plan does not declare, which rules stay is not known.
fn rules(one: &Declared<'_>, all: &[Declared<'_>], snapshot: &mut Snapshot) {
    let Some(id) = one.target::<SecurityGroup>(snapshot, "security_group_id") else { return };
    let resource = ResourceRef::new("security_groups", &id);
    if is_declared(&resource, snapshot) {
        return;
    }
    for (attribute, path) in [("ingress_rule_ids", "/ingress"), ("egress_rule_ids", "/egress")] {
        let mut stays = None;
        for item in one.get(attribute).map(Node::items).unwrap_or_default() {
            let declared = match &item.value {
                Value::Reference(_) | Value::Absent => true,
                _ => item.text().is_some_and(|rule| {
                    all.iter().any(|other| {
                        other.values.get("id").and_then(Node::text).as_deref() == Some(&*rule)
                    })
                }),
            };
            if !declared {
                stays = Some(item);
            }
        }
        if let Some(item) = stays {
            let reason = item.unknown().cloned().unwrap_or_else(|| Reason::KnownAfterApply {
                expression: Some(format!("the rules of {}", one.address)),
            });
            one.draft_of(snapshot, resource.clone()).gap(path, reason);
        } else if let Some(group) = snapshot.model.security_groups.get_mut(&id) {
            if path == "/ingress" {
                group.ingress.clear();
            } else {
                group.egress.clear();
            }
        }
    }
}
