//! IAM users, groups, roles, policies, and what IAM reports of the account.
//!
//! Source: the IAM API reference.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::Client;
use aws_sdk_iam::types;

use super::credential_report;
use super::scope::{Answer, Scope};
use crate::model::{
    Account, IamGroup, IamInstanceProfile, IamPolicy, IamRole, IamUser, Identity, InlinePolicy,
    PasswordPolicy, ResourceRef,
};
use crate::source::operation::Operation;
use crate::source::operation::iam::{
    GET_ACCOUNT_AUTHORIZATION_DETAILS, GET_ACCOUNT_PASSWORD_POLICY, GET_ACCOUNT_SUMMARY,
    LIST_ACCOUNT_ALIASES,
};
use crate::source::policy_document;

pub(super) async fn read(scope: &Scope, client: Client) {
    let client = &client;
    let (_, report, ..) = futures::join!(
        details(scope, client),
        credential_report::fetch(scope, client),
        summary(scope, client),
        password_policy(scope, client),
        alias(scope, client),
    );
    if let Some(report) = report {
        credential_report::keep(scope, &report);
    }
}

/// The account's own resource, if it is known whose account it is.
pub(super) fn update_account(scope: &Scope, change: impl FnOnce(&mut Account)) {
    if let Some(id) = &scope.site.account {
        scope.update::<Account>(id, change);
    }
}

fn read_by(scope: &Scope, operation: &Operation) {
    let Some(account) = &scope.site.account else { return };
    let reference = ResourceRef::new("accounts", account);
    for (_, path) in operation.filled().filter(|(collection, _)| *collection == "accounts") {
        scope.read_by(&reference, &path, operation);
    }
}

async fn details(scope: &Scope, client: &Client) {
    let operation = &GET_ACCOUNT_AUTHORIZATION_DETAILS;
    let pages = client.get_account_authorization_details().into_paginator().send();
    let pages = scope.pages(operation, None, pages).await;
    let mut users = Vec::new();
    let mut groups = Vec::new();
    let mut roles = Vec::new();
    let mut policies = Vec::new();
    for page in pages {
        users.extend(page.user_detail_list.unwrap_or_default());
        groups.extend(page.group_detail_list.unwrap_or_default());
        roles.extend(page.role_detail_list.unwrap_or_default());
        policies.extend(page.policies.unwrap_or_default());
    }
    let mut in_use = BTreeSet::new();
    let mut profiles: BTreeMap<String, IamInstanceProfile> = BTreeMap::new();
    let group_arns: BTreeMap<String, String> = groups
        .iter()
        .filter_map(|group| Some((group.group_name.clone()?, group.arn.clone()?)))
        .collect();
    for found in users {
        user(scope, found, &group_arns, &mut in_use);
    }
    for found in groups {
        group(scope, found, &mut in_use);
    }
    for found in roles {
        role(scope, found, &mut in_use, &mut profiles);
    }
    for profile in profiles.into_values() {
        scope.insert(profile, operation);
    }
    // Of AWS's own policies only those in use matter.
    for found in policies {
        let aws = found.arn.as_deref().is_some_and(is_aws_managed);
        if !aws || found.arn.as_ref().is_some_and(|arn| in_use.contains(arn)) {
            policy(scope, found);
        }
    }
}

/// AWS's own policies have `aws` for an account.
fn is_aws_managed(arn: &str) -> bool {
    arn.split(':').nth(4) == Some("aws")
}

fn identity(
    scope: &Scope,
    arn: &str,
    name: Option<String>,
    with: Option<Vec<types::Tag>>,
) -> Identity {
    let tags = with.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
    Identity { arn: Some(arn.to_owned()), name, tags, ..scope.identity(arn) }
}

/// Attached policies by ARN, noted as in use.
fn attached(
    found: Option<Vec<types::AttachedPolicy>>,
    in_use: &mut BTreeSet<String>,
) -> Vec<String> {
    let arns: Vec<String> =
        found.unwrap_or_default().into_iter().filter_map(|policy| policy.policy_arn).collect();
    in_use.extend(arns.iter().cloned());
    arns
}

fn boundary(
    found: Option<types::AttachedPermissionsBoundary>,
    in_use: &mut BTreeSet<String>,
) -> Option<String> {
    let arn = found?.permissions_boundary_arn?;
    in_use.insert(arn.clone());
    Some(arn)
}

fn inline(
    scope: &Scope,
    holder: &ResourceRef,
    found: Option<Vec<types::PolicyDetail>>,
) -> Vec<InlinePolicy> {
    let mut policies = Vec::new();
    for policy in found.unwrap_or_default() {
        let path = format!("/inline_policies/{}/document", policies.len());
        let text = policy_document::decoded(policy.policy_document.as_deref().unwrap_or_default());
        let operation = &GET_ACCOUNT_AUTHORIZATION_DETAILS;
        let document = scope.policy(holder, &path, &text, operation).unwrap_or_default();
        policies.push(InlinePolicy { name: policy.policy_name, document, grants: None });
    }
    policies
}

fn user(
    scope: &Scope,
    found: types::UserDetail,
    groups: &BTreeMap<String, String>,
    in_use: &mut BTreeSet<String>,
) {
    let Some(arn) = found.arn else { return };
    let mut user = IamUser::new(identity(scope, &arn, found.user_name, found.tags));
    user.path = found.path;
    user.groups = found
        .group_list
        .unwrap_or_default()
        .into_iter()
        .map(|name| groups.get(&name).cloned().unwrap_or(name))
        .collect();
    user.attached_policies = attached(found.attached_managed_policies, in_use);
    user.inline_policies =
        inline(scope, &ResourceRef::new("iam_users", &arn), found.user_policy_list);
    user.permissions_boundary = boundary(found.permissions_boundary, in_use);
    scope.insert(user, &GET_ACCOUNT_AUTHORIZATION_DETAILS);
}

fn group(scope: &Scope, found: types::GroupDetail, in_use: &mut BTreeSet<String>) {
    let Some(arn) = found.arn else { return };
    let mut group = IamGroup::new(identity(scope, &arn, found.group_name, None));
    group.path = found.path;
    group.attached_policies = attached(found.attached_managed_policies, in_use);
    group.inline_policies =
        inline(scope, &ResourceRef::new("iam_groups", &arn), found.group_policy_list);
    scope.insert(group, &GET_ACCOUNT_AUTHORIZATION_DETAILS);
}

fn role(
    scope: &Scope,
    found: types::RoleDetail,
    in_use: &mut BTreeSet<String>,
    profiles: &mut BTreeMap<String, IamInstanceProfile>,
) {
    let Some(arn) = found.arn else { return };
    let mut role = IamRole::new(identity(scope, &arn, found.role_name, found.tags));
    let reference = ResourceRef::new("iam_roles", &arn);
    role.path = found.path;
    role.assume_role_policy = found.assume_role_policy_document.and_then(|text| {
        let operation = &GET_ACCOUNT_AUTHORIZATION_DETAILS;
        scope.policy(&reference, "/assume_role_policy", &policy_document::decoded(&text), operation)
    });
    role.attached_policies = attached(found.attached_managed_policies, in_use);
    role.inline_policies = inline(scope, &reference, found.role_policy_list);
    role.permissions_boundary = boundary(found.permissions_boundary, in_use);
    scope.insert(role, &GET_ACCOUNT_AUTHORIZATION_DETAILS);
    for profile in found.instance_profile_list.unwrap_or_default() {
        let key = profile.arn;
        let entry = profiles.entry(key.clone()).or_insert_with(|| {
            let name = Some(profile.instance_profile_name);
            IamInstanceProfile::new(identity(scope, &key, name, profile.tags))
        });
        if !entry.roles.contains(&arn) {
            entry.roles.push(arn.clone());
        }
    }
}

fn policy(scope: &Scope, found: types::ManagedPolicyDetail) {
    let Some(arn) = found.arn else { return };
    let mut policy = IamPolicy::new(identity(scope, &arn, found.policy_name, None));
    policy.path = found.path;
    policy.aws_managed = Some(is_aws_managed(&arn));
    policy.attachment_count = found.attachment_count.map(i64::from);
    policy.document = found
        .policy_version_list
        .unwrap_or_default()
        .into_iter()
        .find(|version| version.is_default_version)
        .and_then(|version| version.document)
        .and_then(|text| {
            let resource = ResourceRef::new("iam_policies", &arn);
            let operation = &GET_ACCOUNT_AUTHORIZATION_DETAILS;
            scope.policy(&resource, "/document", &policy_document::decoded(&text), operation)
        });
    scope.insert(policy, &GET_ACCOUNT_AUTHORIZATION_DETAILS);
}

async fn summary(scope: &Scope, client: &Client) {
    let call = client.get_account_summary().send();
    let account = scope.site.account.as_deref();
    let Some(answer) = scope.call(&GET_ACCOUNT_SUMMARY, account, call).await else { return };
    let summary: BTreeMap<String, i64> = answer
        .summary_map
        .unwrap_or_default()
        .into_iter()
        .map(|(key, value)| (key.as_str().to_owned(), i64::from(value)))
        .collect();
    update_account(scope, |account| {
        account.root_mfa_enabled = summary.get("AccountMFAEnabled").map(|count| *count > 0);
        account.root_access_keys_present =
            summary.get("AccountAccessKeysPresent").map(|count| *count > 0);
        account.summary = summary;
    });
    read_by(scope, &GET_ACCOUNT_SUMMARY);
}

async fn password_policy(scope: &Scope, client: &Client) {
    let operation = &GET_ACCOUNT_PASSWORD_POLICY;
    let call = client.get_account_password_policy().send();
    let account = scope.site.account.as_deref();
    let answer =
        scope.ask(operation, account, &["NoSuchEntity", "NoSuchEntityException"], call).await;
    let Answer::Given(answer) = answer else { return };
    let Some(found) = answer.password_policy else { return };
    update_account(scope, |account| {
        account.password_policy = Some(PasswordPolicy {
            minimum_password_length: found.minimum_password_length.map(i64::from),
            password_reuse_prevention: Some(found.password_reuse_prevention.map_or(0, i64::from)),
            max_password_age: Some(found.max_password_age.map_or(0, i64::from)),
            require_symbols: Some(found.require_symbols),
            require_numbers: Some(found.require_numbers),
            require_uppercase_characters: Some(found.require_uppercase_characters),
            require_lowercase_characters: Some(found.require_lowercase_characters),
        });
    });
    read_by(scope, operation);
}

async fn alias(scope: &Scope, client: &Client) {
    let pages = client.list_account_aliases().into_paginator().send();
    let pages = scope.pages(&LIST_ACCOUNT_ALIASES, scope.site.account.as_deref(), pages).await;
    let alias = pages.into_iter().flat_map(|page| page.account_aliases).next();
    update_account(scope, |account| account.alias = alias);
    read_by(scope, &LIST_ACCOUNT_ALIASES);
}
