//! Settings of the account and region as a whole.

use super::Declared;
use crate::model::{PasswordPolicy, Region, ResourceRef, Snapshot};
use crate::source::UNNAMED_ACCOUNT;
use crate::source::terraform::provider::Deployment;

/// The account that a resource is of, without the gaps that templates have at
/// `paths` of it. Where the plan does not tell, it is the one account that
/// there is.
fn account(
    declared: &Declared<'_>,
    snapshot: &mut Snapshot,
    paths: &[&str],
) -> Option<ResourceRef> {
    let accounts = &snapshot.model.accounts;
    let id = match &declared.deployment.account {
        Some(account) => accounts.contains_key(account).then(|| account.clone())?,
        None => only(accounts.keys(), UNNAMED_ACCOUNT)?,
    };
    let resource = ResourceRef::new("accounts", id);
    super::settle(snapshot, &resource, paths);
    Some(resource)
}

/// As [`account`], for its region.
fn region(declared: &Declared<'_>, snapshot: &mut Snapshot, path: &str) -> Option<ResourceRef> {
    let Deployment { account, region } = &declared.deployment;
    let may_be = |found: &&Region| {
        let same = |one: &Option<String>, other: &Option<String>| one.is_none() || one == other;
        same(account, &found.account) && same(region, &found.region)
    };
    let fitting: Vec<&String> =
        snapshot.model.regions.values().filter(may_be).map(|found| &found.id).collect();
    let unnamed = format!("{UNNAMED_ACCOUNT}/{}", region.as_deref().unwrap_or("region"));
    let resource = ResourceRef::new("regions", only(fitting.into_iter(), &unnamed)?);
    super::settle(snapshot, &resource, &[path]);
    Some(resource)
}

/// The only one of several that has a name of its own, else the only one.
fn only<'k>(all: impl Iterator<Item = &'k String>, unnamed: &str) -> Option<String> {
    let all: Vec<&String> = all.collect();
    let mut named = all.iter().filter(|id| id.as_str() != unnamed);
    match (named.next(), named.next()) {
        (Some(one), None) => Some((*one).clone()),
        (None, _) => all.first().map(|one| (*one).clone()),
        _ => None,
    }
}

pub(super) fn password_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(resource) = account(declared, snapshot, &["/password_policy"]) else { return };
    let mut draft = declared.draft_of(snapshot, resource.clone());
    draft.place("/password_policy", Some(&declared.origin));
    let at = |field: &str| format!("/password_policy/{field}");
    let set = |name: &str| declared.get(name);
    let mut flag = |name: &str| draft.bool(&at(name), set(name), Some(false));
    let flags = [
        flag("require_symbols"),
        flag("require_numbers"),
        flag("require_uppercase_characters"),
        flag("require_lowercase_characters"),
    ];
    let policy = PasswordPolicy {
        minimum_password_length: draft.integer(
            &at("minimum_password_length"),
            set("minimum_password_length"),
            Some(6),
        ),
        password_reuse_prevention: draft.integer(
            &at("password_reuse_prevention"),
            set("password_reuse_prevention"),
            Some(0),
        ),
        max_password_age: draft.integer(&at("max_password_age"), set("max_password_age"), Some(0)),
        require_symbols: flags[0],
        require_numbers: flags[1],
        require_uppercase_characters: flags[2],
        require_lowercase_characters: flags[3],
    };
    if let Some(account) = snapshot.model.accounts.get_mut(&resource.id) {
        account.password_policy = Some(policy);
    }
}

pub(super) fn public_access_block(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    const BLOCKS: [&str; 4] = [
        "block_public_acls",
        "ignore_public_acls",
        "block_public_policy",
        "restrict_public_buckets",
    ];
    let paths = BLOCKS.map(|name| format!("/s3_{name}"));
    let found = account(declared, snapshot, &paths.each_ref().map(String::as_str));
    let Some(resource) = found else { return };
    let mut draft = declared.draft_of(snapshot, resource.clone());
    let mut read = |index: usize| {
        let (path, name) = (paths.get(index)?, BLOCKS.get(index)?);
        draft.bool(path, declared.get(name), Some(false))
    };
    let blocks = [read(0), read(1), read(2), read(3)];
    if let Some(account) = snapshot.model.accounts.get_mut(&resource.id) {
        [
            account.s3_block_public_acls,
            account.s3_ignore_public_acls,
            account.s3_block_public_policy,
            account.s3_restrict_public_buckets,
        ] = blocks;
    }
}

pub(super) fn ebs_encryption_by_default(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    const PATH: &str = "/ebs_encryption_by_default";
    let Some(resource) = region(declared, snapshot, PATH) else { return };
    let mut draft = declared.draft_of(snapshot, resource.clone());
    let enabled = draft.bool(PATH, declared.get("enabled"), Some(true));
    if let Some(region) = snapshot.model.regions.get_mut(&resource.id) {
        region.ebs_encryption_by_default = enabled;
    }
}

pub(super) fn vpc_block_public_access(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    const PATH: &str = "/vpc_block_public_access_mode";
    let Some(resource) = region(declared, snapshot, PATH) else { return };
    let mut draft = declared.draft_of(snapshot, resource.clone());
    let mode = draft.string(PATH, declared.get("internet_gateway_block_mode"), None);
    if let Some(region) = snapshot.model.regions.get_mut(&resource.id) {
        region.vpc_block_public_access_mode = mode;
    }
}
