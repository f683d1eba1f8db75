//! Settings of the account and region as a whole.

use super::Declared;
use crate::model::{PasswordPolicy, ResourceRef, Snapshot};

/// The account that the plan is for, and forgets the gaps that templates have
/// at `paths` of it.
fn account<'s>(
    snapshot: &'s mut Snapshot,
    paths: &[&str],
) -> Option<&'s mut crate::model::Account> {
    let id = snapshot.model.accounts.keys().next()?.clone();
    snapshot.gaps.retain(|gap| {
        !(gap.collection == "accounts"
            && gap.id.as_deref() == Some(&id)
            && paths.contains(&gap.path.as_str()))
    });
    snapshot.model.accounts.get_mut(&id)
}

fn region<'s>(snapshot: &'s mut Snapshot, path: &str) -> Option<&'s mut crate::model::Region> {
    let id = snapshot.model.regions.keys().next()?.clone();
    snapshot.gaps.retain(|gap| {
        !(gap.collection == "regions" && gap.id.as_deref() == Some(&id) && gap.path == path)
    });
    snapshot.model.regions.get_mut(&id)
}

pub(super) fn password_policy(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(found) = account(snapshot, &["/password_policy"]) else { return };
    let resource = ResourceRef::new("accounts", found.id.as_str());
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
    let Some(found) = account(snapshot, &paths.each_ref().map(String::as_str)) else { return };
    let resource = ResourceRef::new("accounts", found.id.as_str());
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
    let Some(found) = region(snapshot, PATH) else { return };
    let resource = ResourceRef::new("regions", found.id.as_str());
    let mut draft = declared.draft_of(snapshot, resource.clone());
    let enabled = draft.bool(PATH, declared.get("enabled"), Some(true));
    if let Some(region) = snapshot.model.regions.get_mut(&resource.id) {
        region.ebs_encryption_by_default = enabled;
    }
}

pub(super) fn vpc_block_public_access(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    const PATH: &str = "/vpc_block_public_access_mode";
    let Some(found) = region(snapshot, PATH) else { return };
    let resource = ResourceRef::new("regions", found.id.as_str());
    let mut draft = declared.draft_of(snapshot, resource.clone());
    let mode = draft.string(PATH, declared.get("internet_gateway_block_mode"), None);
    if let Some(region) = snapshot.model.regions.get_mut(&resource.id) {
        region.vpc_block_public_access_mode = mode;
    }
}
