//! Sources read infrastructure from one place each and fill the model. They
//! know nothing of policies.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::{
    Account, Collected, Gap, Identity, Origin, Reason, Region, ResourceOrigin, Snapshot,
};

mod asked;
#[cfg(feature = "live")]
pub mod aws;
pub mod aws_cli;
pub mod cloudformation;
pub mod decode;
mod default_resources;
pub mod detect;
mod difference;
pub mod draft;
mod engine;
mod event_selector;
pub mod files;
mod lambda_permission;
mod left_out;
pub mod load;
mod messaging;
pub mod node;
pub mod operation;
mod own_interface;
pub mod policy_document;
pub mod policy_file;
mod replica_key;
mod route_target;
mod scaling;
mod site;
pub mod snapshot;
pub mod terraform;
mod yaml;

/// A text file that was read and decoded.
#[derive(Debug, Clone)]
pub struct TextFile {
    /// The path for people, as given on the command line or below it.
    pub name: Arc<str>,
    /// The path to open files beside it.
    pub path: PathBuf,
    /// Its content, decoded to UTF-8 without a byte-order mark.
    pub text: String,
}

/// What a template source needs to know beside the files.
#[derive(Debug, Clone, Default)]
pub struct TemplateOptions {
    /// Values of parameters from the command line.
    pub parameters: BTreeMap<String, String>,
    /// Parameter files, applied in order before `parameters`.
    pub parameter_files: Vec<PathBuf>,
    /// The region that the templates are deployed to, where given.
    pub region: Option<String>,
    /// The account that they are deployed to, where given.
    pub account: Option<String>,
    /// Where the `.tf` files of a plan lie, if not beside it.
    pub source_root: Option<PathBuf>,
    /// Put before resource ids where several plans would clash.
    pub id_prefix: Option<String>,
    /// The key of this run's secret digests.
    pub secret_key: [u8; 32],
}

/// What a source yields.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The model with what stands beside it.
    pub snapshot: Snapshot,
    /// What went wrong; errors have lost something, the rest stands.
    pub diagnostics: Vec<Diagnostic>,
}

/// The key in `accounts` of the account that templates are deployed to, where
/// its number is not given.
pub const UNNAMED_ACCOUNT: &str = "account";

/// What an account does not tell of its organization.
const ORGANIZATION: [&str; 4] = [
    "/organization_id",
    "/management_account_id",
    "/service_control_policies",
    "/resource_control_policies",
];

/// Adds the account and region that templates are deployed to, with what
/// templates cannot tell of them as gaps.
pub fn declare_deployment(
    snapshot: &mut Snapshot,
    options: &TemplateOptions,
    origin: &Origin,
    source: &str,
) {
    let account_id = options.account.clone().unwrap_or_else(|| UNNAMED_ACCOUNT.to_owned());
    let region_id = format!("{account_id}/{}", options.region.as_deref().unwrap_or("region"));
    let identity = |id: &str, region: Option<String>| Identity {
        id: id.to_owned(),
        name: Some(id.to_owned()),
        account: options.account.clone(),
        region,
        ..Identity::default()
    };
    let account = Account::new(identity(&account_id, None));
    let new_account = declare(snapshot, account, origin);
    let region = Region::new(identity(&region_id, options.region.clone()));
    let new_region = declare(snapshot, region, origin);
    let mut gap = |collection: &str, id: Option<&str>, path: &str, reason: Reason| {
        snapshot.gaps.insert(Gap {
            collection: collection.to_owned(),
            id: id.map(str::to_owned),
            path: path.to_owned(),
            account: options.account.clone(),
            region: None,
            reason,
        });
    };
    let not_here = || Reason::NotInSource { source: source.to_owned() };
    for path in [
        "/summary",
        "/root_mfa_enabled",
        "/root_access_keys_present",
        "/root_last_used",
        "/password_policy",
        "/s3_block_public_acls",
        "/s3_ignore_public_acls",
        "/s3_block_public_policy",
        "/s3_restrict_public_buckets",
    ]
    .into_iter()
    .chain(ORGANIZATION)
    {
        // What a snapshot of the account tells stays known.
        if new_account {
            gap("accounts", Some(&account_id), path, not_here());
        }
    }
    for path in ["/vpc_block_public_access_mode", "/ebs_encryption_by_default"] {
        if new_region {
            gap("regions", Some(&region_id), path, not_here());
        }
    }
    gap("cloudtrail_trails", None, "", Reason::PartialView { what: "trail".to_owned() });
}

/// Adds a resource unless it is there already; gives whether it was not.
fn declare<T: Collected + Clone>(snapshot: &mut Snapshot, resource: T, origin: &Origin) -> bool {
    let reference = resource.reference();
    if T::of(&snapshot.model).contains_key(&reference.id) {
        return false;
    }
    snapshot.model.insert(resource);
    snapshot.origins.insert(
        &reference,
        ResourceOrigin { resource: origin.clone(), attributes: BTreeMap::new() },
    );
    true
}

/// Leaves out of what a template was read into the account and region that
/// `base` knows, and what the template cannot tell of them.
fn yield_deployment(base: &Snapshot, read: &mut Snapshot) {
    let (accounts, regions) = (&base.model.accounts, &base.model.regions);
    read.model.accounts.retain(|id, _| !accounts.contains_key(id));
    read.model.regions.retain(|id, _| !regions.contains_key(id));
    read.gaps.retain(|gap| match (gap.collection.as_str(), &gap.id) {
        ("accounts", Some(id)) => !accounts.contains_key(id),
        ("regions", Some(id)) => !regions.contains_key(id),
        _ => true,
    });
}
