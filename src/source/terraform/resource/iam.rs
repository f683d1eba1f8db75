//! IAM users, groups, roles and policies.

use super::{Declared, target_of};
use crate::model::{
    IamAccessKey, IamGroup, IamInstanceProfile, IamPolicy, IamRole, IamUser, InlinePolicy,
    ResourceRef, Snapshot,
};
use crate::source::draft::Draft;
use crate::source::node::Node;
use crate::source::policy_document;

pub(super) fn user(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_users");
    let mut user = IamUser::new(declared.identity(&mut draft, "name"));
    user.region = None;
    user.path = draft.string("/path", declared.get("path"), Some("/"));
    user.permissions_boundary =
        draft.string("/permissions_boundary", declared.get("permissions_boundary"), None);
    user.password_enabled = Some(false);
    snapshot.model.insert(user);
}

pub(super) fn login_profile(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    if let Some(id) = declared.target::<IamUser>(snapshot, "user")
        && let Some(user) = snapshot.model.iam_users.get_mut(&id)
    {
        user.password_enabled = Some(true);
    }
}

pub(super) fn group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_groups");
    let mut group = IamGroup::new(declared.identity(&mut draft, "name"));
    group.region = None;
    group.path = draft.string("/path", declared.get("path"), Some("/"));
    snapshot.model.insert(group);
}

pub(super) fn role(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_roles");
    let mut role = IamRole::new(declared.identity(&mut draft, "name"));
    role.region = None;
    role.path = draft.string("/path", declared.get("path"), Some("/"));
    role.assume_role_policy = policy_document::read(
        &mut draft,
        "/assume_role_policy",
        declared.get("assume_role_policy"),
    );
    role.permissions_boundary =
        draft.string("/permissions_boundary", declared.get("permissions_boundary"), None);
    let set = |name: &str| declared.get(name);
    role.attached_policies = draft.strings("/attached_policies", set("managed_policy_arns"));
    let inline = set("inline_policy").map(Node::items).unwrap_or_default();
    for item in inline.iter().filter(|item| super::present(item.get("policy")).is_some()) {
        let index = role.inline_policies.len();
        role.inline_policies.push(read_inline(&mut draft, index, item));
    }
    snapshot.model.insert(role);
}

fn read_inline(draft: &mut Draft<'_>, index: usize, node: &Node) -> InlinePolicy {
    let path = format!("/inline_policies/{index}");
    draft.place(&path, node.origin.as_ref());
    InlinePolicy {
        name: draft.string(&format!("{path}/name"), node.get("name"), None),
        document: policy_document::read(draft, &format!("{path}/document"), node.get("policy"))
            .unwrap_or_default(),
        grants: None,
    }
}

/// A policy that is written into a role, user or group: the one of its name,
/// where the account or the state has it already.
pub(super) fn inline_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let role = declared.target::<IamRole>(snapshot, "role").map(|id| ("iam_roles", id));
    let user = declared.target::<IamUser>(snapshot, "user").map(|id| ("iam_users", id));
    let group = declared.target::<IamGroup>(snapshot, "group").map(|id| ("iam_groups", id));
    let name = declared.get("name").and_then(Node::text);
    for (collection, id) in [role, user, group].into_iter().flatten() {
        let resource = ResourceRef::new(collection, &id);
        let Some(policies) = policies_of(snapshot, &resource) else { continue };
        let known = policies.iter().position(|one| name.is_some() && one.name == name);
        let index = known.unwrap_or(policies.len());
        super::settle(snapshot, &resource, &[&format!("/inline_policies/{index}")]);
        let policy = added(declared, snapshot, resource.clone(), index);
        let Some(policies) = policies_of(snapshot, &resource) else { continue };
        match policies.get_mut(index) {
            Some(known) => *known = policy,
            None => policies.push(policy),
        }
    }
}

fn policies_of<'s>(
    snapshot: &'s mut Snapshot,
    resource: &ResourceRef,
) -> Option<&'s mut Vec<InlinePolicy>> {
    let (model, id) = (&mut snapshot.model, &resource.id);
    match resource.collection.as_str() {
        "iam_roles" => model.iam_roles.get_mut(id).map(|role| &mut role.inline_policies),
        "iam_users" => model.iam_users.get_mut(id).map(|user| &mut user.inline_policies),
        _ => model.iam_groups.get_mut(id).map(|group| &mut group.inline_policies),
    }
}

fn added(
    declared: &Declared<'_>,
    snapshot: &mut Snapshot,
    resource: ResourceRef,
    count: usize,
) -> InlinePolicy {
    let mut draft = declared.draft_of(snapshot, resource);
    let policy = read_inline(&mut draft, count, &declared.values);
    draft.place(&format!("/inline_policies/{count}"), Some(&declared.origin));
    policy
}

/// A managed policy on a role, user or group; `aws_iam_policy_attachment`
/// names several.
pub(super) fn policy_attachment(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(policy) = declared.get("policy_arn") else { return };
    let arn = target_of::<IamPolicy>(snapshot, policy).or_else(|| policy.text());
    let names = |attributes: [&str; 2]| -> Vec<&Node> {
        attributes.into_iter().filter_map(|name| declared.get(name)).flat_map(Node::items).collect()
    };
    let attach = |draft: &mut Draft<'_>| {
        if arn.is_none() {
            draft.strings("/attached_policies", Some(policy));
        }
    };
    for name in names(["role", "roles"]) {
        let Some(id) = target_of::<IamRole>(snapshot, name) else { continue };
        attach(&mut declared.draft_of(snapshot, ResourceRef::new("iam_roles", &id)));
        if let Some(role) = snapshot.model.iam_roles.get_mut(&id) {
            attach_to(&mut role.attached_policies, arn.as_ref());
        }
    }
    for name in names(["user", "users"]) {
        let Some(id) = target_of::<IamUser>(snapshot, name) else { continue };
        attach(&mut declared.draft_of(snapshot, ResourceRef::new("iam_users", &id)));
        if let Some(user) = snapshot.model.iam_users.get_mut(&id) {
            attach_to(&mut user.attached_policies, arn.as_ref());
        }
    }
    for name in names(["group", "groups"]) {
        let Some(id) = target_of::<IamGroup>(snapshot, name) else { continue };
        attach(&mut declared.draft_of(snapshot, ResourceRef::new("iam_groups", &id)));
        if let Some(group) = snapshot.model.iam_groups.get_mut(&id) {
            attach_to(&mut group.attached_policies, arn.as_ref());
        }
    }
}

/// Another resource may list the same policy.
fn attach_to(attached: &mut Vec<String>, arn: Option<&String>) {
    if let Some(arn) = arn.filter(|arn| !attached.contains(arn)) {
        attached.push(arn.clone());
    }
}

pub(super) fn group_membership(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let list = |names: [&str; 2]| -> Vec<&Node> {
        names.into_iter().filter_map(|name| declared.get(name)).flat_map(Node::items).collect()
    };
    let groups: Vec<String> = list(["group", "groups"])
        .into_iter()
        .filter_map(|node| target_of::<IamGroup>(snapshot, node))
        .collect();
    for user in list(["user", "users"]) {
        let Some(id) = target_of::<IamUser>(snapshot, user) else { continue };
        if let Some(user) = snapshot.model.iam_users.get_mut(&id) {
            user.groups.extend(groups.iter().cloned());
        }
    }
}

pub(super) fn managed_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_policies");
    let mut policy = IamPolicy::new(declared.identity(&mut draft, "name"));
    policy.region = None;
    policy.path = draft.string("/path", declared.get("path"), Some("/"));
    policy.aws_managed = Some(false);
    policy.document = policy_document::read(&mut draft, "/document", declared.get("policy"));
    snapshot.model.insert(policy);
}

pub(super) fn instance_profile(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_instance_profiles");
    let mut profile = IamInstanceProfile::new(declared.identity(&mut draft, "name"));
    profile.region = None;
    profile.roles = draft.strings("/roles", declared.get("role"));
    snapshot.model.insert(profile);
}

pub(super) fn access_key(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_access_keys");
    let mut identity = declared.identity(&mut draft, "");
    // The id of a key that is there already is half of a credential.
    identity.id.clone_from(&declared.address);
    identity.name = Some(declared.address.clone());
    let mut key = IamAccessKey::new(identity);
    key.region = None;
    key.user = draft.string("/user", declared.get("user"), None);
    key.active = draft
        .string("/active", declared.get("status"), Some("Active"))
        .map(|status| status == "Active");
    snapshot.model.insert(key);
}
