//! IAM users, groups, roles, policies, and what IAM reports of the account.
//!
//! Source: the AWS CLI command reference, `aws iam
//! get-account-authorization-details`.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use super::scope::{Scope, tags};
use crate::model::{
    Account, IamGroup, IamInstanceProfile, IamPolicy, IamRole, IamUser, InlinePolicy,
    PasswordPolicy, PolicyDocument, Reason, ResourceRef,
};
use crate::source::node::{Node, Value};
use crate::source::operation::iam::{
    GET_ACCOUNT_AUTHORIZATION_DETAILS, GET_ACCOUNT_PASSWORD_POLICY, GET_ACCOUNT_SUMMARY,
    LIST_ACCOUNT_ALIASES,
};
use crate::source::policy_document;

pub(super) fn read(scope: &mut Scope<'_>) {
    details(scope);
    account(scope);
}

/// The lists of the answer with the collections that they fill.
const LISTS: [(&str, &[&str]); 4] = [
    ("UserDetailList", &["iam_users"]),
    ("GroupDetailList", &["iam_groups"]),
    ("RoleDetailList", &["iam_roles", "iam_instance_profiles"]),
    ("Policies", &["iam_policies"]),
];

fn details(scope: &mut Scope<'_>) {
    let answers = scope.take(&GET_ACCOUNT_AUTHORIZATION_DETAILS);
    // Filtered, an answer lacks lists.
    for (list, collections) in LISTS {
        if !answers.is_empty() && answers.iter().all(|answer| answer.node.get(list).is_none()) {
            let detail = format!("the account authorization details that were given lack {list}");
            let operation = GET_ACCOUNT_AUTHORIZATION_DETAILS.name.to_owned();
            for collection in collections {
                let reason =
                    Reason::NotGiven { operation: operation.clone(), detail: detail.clone() };
                scope.not_asked(collection, reason);
            }
        }
    }
    let of = |list: &str| -> Vec<Node> {
        let lists = answers.iter().filter_map(|answer| answer.node.get(list));
        lists.flat_map(|list| list.items().iter().cloned()).collect()
    };
    let groups = of("GroupDetailList");
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::text);
    let group_arns: BTreeMap<String, String> = groups
        .iter()
        .filter_map(|group| Some((text(group, "GroupName")?, text(group, "Arn")?)))
        .collect();
    let mut in_use = BTreeSet::new();
    for node in of("UserDetailList") {
        user(scope, &node, &group_arns, &mut in_use);
    }
    for node in groups {
        group(scope, &node, &mut in_use);
    }
    for node in of("RoleDetailList") {
        role(scope, &node, &mut in_use);
    }
    // Of AWS's own policies only those in use matter.
    for node in of("Policies") {
        let arn = text(&node, "Arn").unwrap_or_default();
        if !is_aws_managed(&arn) || in_use.contains(&arn) {
            policy(scope, &node);
        }
    }
}

/// AWS's own policies have `aws` for an account.
fn is_aws_managed(arn: &str) -> bool {
    arn.split(':').nth(4) == Some("aws")
}

/// A document, as an object or as text, which IAM percent-encodes.
fn document(item: &mut Item<'_, '_>, path: &str, node: Option<&Node>) -> Option<PolicyDocument> {
    let decoded = node.map(|node| match &node.value {
        Value::Text(text) => {
            Node::at(Value::Text(policy_document::decoded(text)), node.origin.clone())
        }
        _ => node.clone(),
    });
    policy_document::read(&mut item.draft, path, decoded.as_ref())
}

/// Attached policies by ARN, noted as in use.
fn attached(item: &mut Item<'_, '_>, in_use: &mut BTreeSet<String>) -> Vec<String> {
    let arns = item.full_each("/attached_policies", "AttachedManagedPolicies", "PolicyArn");
    in_use.extend(arns.iter().cloned());
    arns
}

fn boundary(item: &mut Item<'_, '_>, in_use: &mut BTreeSet<String>) -> Option<String> {
    let arn = item.get("PermissionsBoundary").and_then(|one| one.get("PermissionsBoundaryArn"));
    let arn = item.draft.string("/permissions_boundary", arn, None)?;
    in_use.insert(arn.clone());
    Some(arn)
}

fn inline(item: &mut Item<'_, '_>, key: &str) -> Vec<InlinePolicy> {
    let mut policies = Vec::new();
    for node in item.list("/inline_policies", key) {
        let path = format!("/inline_policies/{}/document", policies.len());
        let found = document(item, &path, node.get("PolicyDocument"));
        if node.get("PolicyDocument").is_none() {
            let detail = "the policy has no document".to_owned();
            item.draft.gap(&path, Reason::Malformed { detail });
        }
        policies.push(InlinePolicy {
            name: node.get("PolicyName").and_then(Node::text),
            document: found.unwrap_or_default(),
            grants: None,
        });
    }
    policies
}

fn user(
    scope: &mut Scope<'_>,
    node: &Node,
    groups: &BTreeMap<String, String>,
    in_use: &mut BTreeSet<String>,
) {
    let Some(arn) = scope.key(&GET_ACCOUNT_AUTHORIZATION_DETAILS, node, "Arn") else { return };
    let mut user = IamUser::new(scope.by_arn(&arn, node.get("UserName").and_then(Node::text)));
    user.tags = tags(node.get("Tags"));
    let mut item = scope.read(&user, node);
    user.path = item.string("/path", "Path");
    let names = item.strings("/groups", "GroupList");
    user.groups =
        names.into_iter().map(|name| groups.get(&name).cloned().unwrap_or(name)).collect();
    user.attached_policies = attached(&mut item, in_use);
    user.inline_policies = inline(&mut item, "UserPolicyList");
    user.permissions_boundary = boundary(&mut item, in_use);
    scope.keep(user);
}

fn group(scope: &mut Scope<'_>, node: &Node, in_use: &mut BTreeSet<String>) {
    let Some(arn) = scope.key(&GET_ACCOUNT_AUTHORIZATION_DETAILS, node, "Arn") else { return };
    let mut group = IamGroup::new(scope.by_arn(&arn, node.get("GroupName").and_then(Node::text)));
    let mut item = scope.read(&group, node);
    group.path = item.string("/path", "Path");
    group.attached_policies = attached(&mut item, in_use);
    group.inline_policies = inline(&mut item, "GroupPolicyList");
    scope.keep(group);
}

fn role(scope: &mut Scope<'_>, node: &Node, in_use: &mut BTreeSet<String>) {
    let Some(arn) = scope.key(&GET_ACCOUNT_AUTHORIZATION_DETAILS, node, "Arn") else { return };
    let mut role = IamRole::new(scope.by_arn(&arn, node.get("RoleName").and_then(Node::text)));
    role.tags = tags(node.get("Tags"));
    let mut item = scope.read(&role, node);
    role.path = item.string("/path", "Path");
    let trust = node.get("AssumeRolePolicyDocument");
    role.assume_role_policy = document(&mut item, "/assume_role_policy", trust);
    role.attached_policies = attached(&mut item, in_use);
    role.inline_policies = inline(&mut item, "RolePolicyList");
    role.permissions_boundary = boundary(&mut item, in_use);
    scope.keep(role);
    for profile in node.get("InstanceProfileList").map(Node::items).unwrap_or_default() {
        let Some(key) = profile.get("Arn").and_then(Node::text) else { continue };
        let mut kept = match scope.kept::<IamInstanceProfile>(&key) {
            Some(kept) => kept.clone(),
            None => {
                let name = profile.get("InstanceProfileName").and_then(Node::text);
                IamInstanceProfile::new(scope.by_arn(&key, name))
            }
        };
        scope.read(&kept, profile);
        if !kept.roles.contains(&arn) {
            kept.roles.push(arn.clone());
        }
        scope.keep(kept);
    }
}

fn policy(scope: &mut Scope<'_>, node: &Node) {
    let Some(arn) = scope.key(&GET_ACCOUNT_AUTHORIZATION_DETAILS, node, "Arn") else { return };
    let mut policy =
        IamPolicy::new(scope.by_arn(&arn, node.get("PolicyName").and_then(Node::text)));
    let mut item = scope.read(&policy, node);
    policy.path = item.string("/path", "Path");
    policy.aws_managed = Some(is_aws_managed(&arn));
    policy.attachment_count = item.integer("/attachment_count", "AttachmentCount");
    let is_default =
        |version: &&Node| version.get("IsDefaultVersion").and_then(Node::bool) == Some(true);
    let version = item.list("/document", "PolicyVersionList").iter().find(is_default);
    let found = version.and_then(|version| version.get("Document"));
    policy.document = document(&mut item, "/document", found);
    if found.is_none() {
        let detail = "the answer lacks the default version's document".to_owned();
        item.draft.gap("/document", Reason::Malformed { detail });
    }
    scope.keep(policy);
}

/// What IAM reports of the account itself.
fn account(scope: &mut Scope<'_>) {
    let Some(id) = scope.site.account.clone() else { return };
    let reference = ResourceRef::new("accounts", &id);
    for answer in scope.take(&GET_ACCOUNT_SUMMARY) {
        let Value::Map(members) = &answer.node.value else { continue };
        let summary: BTreeMap<String, i64> = members
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.integer()?)))
            .collect();
        let mut draft = scope.draft(reference.clone(), &answer.node);
        for path in ["/summary", "/root_mfa_enabled", "/root_access_keys_present"] {
            draft.place(path, answer.node.origin.as_ref());
        }
        scope.update::<Account>(&id, |account| {
            account.root_mfa_enabled = summary.get("AccountMFAEnabled").map(|count| *count > 0);
            account.root_access_keys_present =
                summary.get("AccountAccessKeysPresent").map(|count| *count > 0);
            account.summary = summary;
        });
    }
    for answer in scope.take(&GET_ACCOUNT_PASSWORD_POLICY) {
        let node = &answer.node;
        let mut item = Item::new(scope.draft(reference.clone(), node), node);
        item.draft.place("/password_policy", node.origin.as_ref());
        let at = |field: &str| format!("/password_policy/{field}");
        let mut flag = |field: &str, key: &str| item.flag_or(&at(field), key, false);
        let [symbols, numbers, uppercase, lowercase] = [
            flag("require_symbols", "RequireSymbols"),
            flag("require_numbers", "RequireNumbers"),
            flag("require_uppercase_characters", "RequireUppercaseCharacters"),
            flag("require_lowercase_characters", "RequireLowercaseCharacters"),
        ];
        let length = item.integer(&at("minimum_password_length"), "MinimumPasswordLength");
        let mut count =
            |field: &str, key: &str| item.draft.integer(&at(field), node.get(key), Some(0));
        let policy = PasswordPolicy {
            minimum_password_length: length,
            password_reuse_prevention: count(
                "password_reuse_prevention",
                "PasswordReusePrevention",
            ),
            max_password_age: count("max_password_age", "MaxPasswordAge"),
            require_symbols: symbols,
            require_numbers: numbers,
            require_uppercase_characters: uppercase,
            require_lowercase_characters: lowercase,
        };
        scope.update::<Account>(&id, |account| account.password_policy = Some(policy));
    }
    for answer in scope.take(&LIST_ACCOUNT_ALIASES) {
        let alias = answer.node.items().first().and_then(Node::text);
        scope.update::<Account>(&id, |account| account.alias = alias);
    }
}
