//! `AWS::IAM`.

use super::{Declared, target_of};
use crate::model::{
    IamAccessKey, IamGroup, IamInstanceProfile, IamPolicy, IamRole, IamUser, InlinePolicy,
    ResourceRef, Snapshot, link,
};
use crate::source::draft::Draft;
use crate::source::node::Node;
use crate::source::policy_document;

pub(super) fn user(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let password = declared.at(&["LoginProfile", "Password"]);
    declared.credential(snapshot, "LoginProfile.Password", password);
    let mut draft = declared.draft(snapshot, "iam_users");
    let mut user = IamUser::new(declared.identity(&mut draft, "UserName"));
    user.region = None;
    user.path = draft.string("/path", declared.get("Path"), Some("/"));
    user.groups = draft.strings("/groups", declared.get("Groups"));
    user.attached_policies = draft.texts("/attached_policies", declared.get("ManagedPolicyArns"));
    user.inline_policies = inline_policies(&mut draft, declared.get("Policies"));
    user.permissions_boundary =
        draft.text("/permissions_boundary", declared.get("PermissionsBoundary"));
    user.password_enabled = draft.given("/password_enabled", declared.get("LoginProfile"));
    snapshot.model.insert(user);
}

pub(super) fn group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_groups");
    let mut group = IamGroup::new(declared.identity(&mut draft, "GroupName"));
    group.region = None;
    group.path = draft.string("/path", declared.get("Path"), Some("/"));
    group.attached_policies = draft.texts("/attached_policies", declared.get("ManagedPolicyArns"));
    group.inline_policies = inline_policies(&mut draft, declared.get("Policies"));
    snapshot.model.insert(group);
}

pub(super) fn role(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_roles");
    let mut role = IamRole::new(declared.identity(&mut draft, "RoleName"));
    role.region = None;
    role.path = draft.string("/path", declared.get("Path"), Some("/"));
    role.assume_role_policy = policy_document::read(
        &mut draft,
        "/assume_role_policy",
        declared.get("AssumeRolePolicyDocument"),
    );
    role.attached_policies = draft.texts("/attached_policies", declared.get("ManagedPolicyArns"));
    role.inline_policies = inline_policies(&mut draft, declared.get("Policies"));
    role.permissions_boundary =
        draft.text("/permissions_boundary", declared.get("PermissionsBoundary"));
    snapshot.model.insert(role);
}

fn inline_policies(draft: &mut Draft<'_>, node: Option<&Node>) -> Vec<InlinePolicy> {
    let items = draft.items("/inline_policies", node);
    items.iter().enumerate().map(|(index, item)| inline_policy(draft, index, item)).collect()
}

fn inline_policy(draft: &mut Draft<'_>, index: usize, node: &Node) -> InlinePolicy {
    let path = format!("/inline_policies/{index}");
    InlinePolicy {
        name: draft.string(&format!("{path}/name"), node.get("PolicyName"), None),
        document: policy_document::read(
            draft,
            &format!("{path}/document"),
            node.get("PolicyDocument"),
        )
        .unwrap_or_default(),
        grants: None,
    }
}

/// A policy of its own that is written into principals.
pub(super) fn policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let principals = [
        ("iam_roles", ["Roles", "RoleName"]),
        ("iam_users", ["Users", "UserName"]),
        ("iam_groups", ["Groups", "GroupName"]),
    ];
    for (collection, properties) in principals {
        let names = properties
            .iter()
            .filter_map(|property| declared.get(property))
            .flat_map(Node::items)
            .filter_map(target_of);
        for name in names {
            let Some(id) = principal_id(snapshot, collection, &name) else { continue };
            let model = &snapshot.model;
            let count = match collection {
                "iam_roles" => model.iam_roles.get(&id).map(|found| found.inline_policies.len()),
                "iam_users" => model.iam_users.get(&id).map(|found| found.inline_policies.len()),
                _ => model.iam_groups.get(&id).map(|found| found.inline_policies.len()),
            };
            let Some(count) = count else { continue };
            let mut draft = declared.draft_of(snapshot, ResourceRef::new(collection, &id));
            draft.place(&format!("/inline_policies/{count}"), Some(&declared.origin));
            let policy = inline_policy(&mut draft, count, &declared.properties);
            let model = &mut snapshot.model;
            match collection {
                "iam_roles" => {
                    if let Some(found) = model.iam_roles.get_mut(&id) {
                        found.inline_policies.push(policy);
                    }
                }
                "iam_users" => {
                    if let Some(found) = model.iam_users.get_mut(&id) {
                        found.inline_policies.push(policy);
                    }
                }
                _ => {
                    if let Some(found) = model.iam_groups.get_mut(&id) {
                        found.inline_policies.push(policy);
                    }
                }
            }
        }
    }
}

/// The key of the role, user or group that is called `name`.
fn principal_id(snapshot: &Snapshot, collection: &str, name: &str) -> Option<String> {
    match collection {
        "iam_roles" => link::lookup::<IamRole>(snapshot, name),
        "iam_users" => link::lookup::<IamUser>(snapshot, name),
        _ => link::lookup::<IamGroup>(snapshot, name),
    }
}

pub(super) fn managed_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_policies");
    let mut policy = IamPolicy::new(declared.identity(&mut draft, "ManagedPolicyName"));
    policy.region = None;
    policy.path = draft.string("/path", declared.get("Path"), Some("/"));
    policy.aws_managed = Some(false);
    policy.document =
        policy_document::read(&mut draft, "/document", declared.get("PolicyDocument"));
    policy.attachment_count = i64::try_from(attached_to(declared).count()).ok();
    snapshot.model.insert(policy);
}

/// The principals that a managed policy names, with their collections.
fn attached_to<'d>(
    declared: &'d Declared<'_>,
) -> impl Iterator<Item = (&'static str, String)> + use<'d> {
    [("Roles", "iam_roles"), ("Users", "iam_users"), ("Groups", "iam_groups")].into_iter().flat_map(
        |(property, collection)| {
            let names = declared.get(property).map(Node::items).unwrap_or_default();
            names.iter().filter_map(target_of).map(move |name| (collection, name))
        },
    )
}

pub(super) fn managed_policy_attachments(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    for (collection, name) in attached_to(declared) {
        let Some(id) = principal_id(snapshot, collection, &name) else { continue };
        let model = &mut snapshot.model;
        let attached = match collection {
            "iam_roles" => model.iam_roles.get_mut(&id).map(|found| &mut found.attached_policies),
            "iam_users" => model.iam_users.get_mut(&id).map(|found| &mut found.attached_policies),
            _ => model.iam_groups.get_mut(&id).map(|found| &mut found.attached_policies),
        };
        if let Some(attached) = attached {
            attached.push(declared.id.clone());
        }
    }
}

pub(super) fn instance_profile(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_instance_profiles");
    let mut profile = IamInstanceProfile::new(declared.identity(&mut draft, "InstanceProfileName"));
    profile.region = None;
    profile.roles = draft.strings("/roles", declared.get("Roles"));
    snapshot.model.insert(profile);
}

pub(super) fn user_to_group_addition(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(group) = declared.target("GroupName") else { return };
    for name in declared.get("Users").map(Node::items).unwrap_or_default() {
        let Some(id) = target_of(name).and_then(|name| link::lookup::<IamUser>(snapshot, &name))
        else {
            continue;
        };
        if let Some(user) = snapshot.model.iam_users.get_mut(&id) {
            user.groups.push(group.clone());
        }
    }
}

pub(super) fn access_key(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "iam_access_keys");
    let mut key = IamAccessKey::new(declared.identity(&mut draft, ""));
    key.region = None;
    key.user = draft.string("/user", declared.get("UserName"), None);
    key.active = draft
        .string("/active", declared.get("Status"), Some("Active"))
        .map(|text| text == "Active");
    snapshot.model.insert(key);
}
