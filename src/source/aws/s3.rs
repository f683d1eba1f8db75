//! S3 buckets.
//!
//! Source: the Amazon S3 API reference.

use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::types;

use super::scope::{Answer, Scope, each};
use crate::model::{Account, AclGrant, Identity, Reason, ResourceRef, S3Bucket};
use crate::source::operation::Operation;
use crate::source::operation::s3::{
    GET_ACCOUNT_PUBLIC_ACCESS_BLOCK, GET_BUCKET_ACL, GET_BUCKET_ENCRYPTION, GET_BUCKET_LOCATION,
    GET_BUCKET_LOGGING, GET_BUCKET_OWNERSHIP_CONTROLS, GET_BUCKET_POLICY, GET_BUCKET_VERSIONING,
    GET_PUBLIC_ACCESS_BLOCK, LIST_BUCKETS,
};

/// Reads the account's blocks, and the buckets that lie in the given regions.
pub(super) async fn read(scope: &Scope, config: &SdkConfig, regions: &[String]) {
    futures::join!(account(scope, config), buckets(scope, config, regions));
}

/// What S3 blocks for all buckets of the account.
async fn account(scope: &Scope, config: &SdkConfig) {
    let Some(id) = scope.site.account.clone() else { return };
    let mut settings = aws_sdk_s3control::config::Builder::from(config);
    // An endpoint of one's own has no name for each account.
    if let Some(url) = config.endpoint_url() {
        settings = settings.endpoint_resolver(OneEndpoint(url.to_owned()));
    }
    let client = aws_sdk_s3control::Client::from_conf(settings.build());
    let operation = &GET_ACCOUNT_PUBLIC_ACCESS_BLOCK;
    let call = client.get_public_access_block().account_id(&id).send();
    let none = &["NoSuchPublicAccessBlockConfiguration"];
    let blocks = match scope.ask(operation, Some(&id), none, call).await {
        Answer::Given(answer) => answer.public_access_block_configuration,
        Answer::Absent => None,
        Answer::Lost => return,
    };
    let on =
        |block: fn(&Blocks) -> Option<bool>| Some(blocks.as_ref().and_then(block).unwrap_or(false));
    scope.update::<Account>(&id, |account| {
        account.s3_block_public_acls = on(|blocks| blocks.block_public_acls);
        account.s3_ignore_public_acls = on(|blocks| blocks.ignore_public_acls);
        account.s3_block_public_policy = on(|blocks| blocks.block_public_policy);
        account.s3_restrict_public_buckets = on(|blocks| blocks.restrict_public_buckets);
    });
    let reference = ResourceRef::new("accounts", id);
    for (_, path) in operation.filled() {
        scope.read_by(&reference, &path, operation);
    }
}

type Blocks = aws_sdk_s3control::types::PublicAccessBlockConfiguration;

/// Sends every request to one place.
#[derive(Debug)]
struct OneEndpoint(String);

impl aws_sdk_s3control::config::endpoint::ResolveEndpoint for OneEndpoint {
    fn resolve_endpoint<'a>(
        &'a self,
        _: &'a aws_sdk_s3control::config::endpoint::Params,
    ) -> aws_sdk_s3control::config::endpoint::EndpointFuture<'a> {
        let endpoint = aws_smithy_types::endpoint::Endpoint::builder().url(self.0.clone()).build();
        aws_sdk_s3control::config::endpoint::EndpointFuture::ready(Ok(endpoint))
    }
}

async fn buckets(scope: &Scope, config: &SdkConfig, regions: &[String]) {
    let client = client(config);
    let pages = client.list_buckets().into_paginator().page_size(1000).send();
    let pages = scope.pages(&LIST_BUCKETS, None, pages).await;
    let buckets = pages.into_iter().flat_map(|page| page.buckets.unwrap_or_default());
    let read = buckets.map(async |found| {
        let Some(name) = found.name else { return };
        let region = match found.bucket_region.filter(|region| !region.is_empty()) {
            Some(region) => Some(region),
            None => location(scope, &client, &name).await,
        };
        match region {
            Some(region) if !regions.contains(&region) => {}
            region => bucket(scope, config, name, region).await,
        }
    });
    each(read).await;
}

/// A client. An endpoint of one's own has no name for each bucket.
fn client(config: &SdkConfig) -> Client {
    let own = config.endpoint_url().is_some();
    Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(own).build())
}

async fn location(scope: &Scope, client: &Client, name: &str) -> Option<String> {
    let call = client.get_bucket_location().bucket(name).send();
    let answer = scope.call(&GET_BUCKET_LOCATION, Some(&arn(scope, name)), call).await?;
    let region = answer.location_constraint.map(|place| place.as_str().to_owned());
    Some(match region.as_deref() {
        None | Some("") => "us-east-1".to_owned(),
        // The old name of Ireland.
        Some("EU") => "eu-west-1".to_owned(),
        Some(region) => region.to_owned(),
    })
}

fn arn(scope: &Scope, name: &str) -> String {
    format!("arn:{}:s3:::{name}", scope.site.partition)
}

async fn bucket(scope: &Scope, config: &SdkConfig, name: String, region: Option<String>) {
    let arn = arn(scope, &name);
    let identity = Identity {
        arn: Some(arn.clone()),
        name: Some(name.clone()),
        region: region.clone(),
        ..scope.identity(arn.clone())
    };
    let config = match region {
        Some(region) => config.to_builder().region(Region::new(region)).build(),
        None => config.clone(),
    };
    let asked = Asked { scope, client: &client(&config), name: &name, key: &arn };
    let (blocks, grants, ownership, policy, encryption, versioning, logging) = futures::join!(
        asked.blocks(),
        asked.acl(),
        asked.ownership(),
        asked.policy(),
        asked.encryption(),
        asked.versioning(),
        asked.logging(),
    );
    let mut bucket = S3Bucket::new(identity);
    if let Some(blocks) = blocks {
        bucket.block_public_acls = Some(blocks.block_public_acls.unwrap_or(false));
        bucket.ignore_public_acls = Some(blocks.ignore_public_acls.unwrap_or(false));
        bucket.block_public_policy = Some(blocks.block_public_policy.unwrap_or(false));
        bucket.restrict_public_buckets = Some(blocks.restrict_public_buckets.unwrap_or(false));
    }
    bucket.acl_grants = grants;
    bucket.object_ownership = ownership;
    (bucket.sse_algorithm, bucket.kms_key_id) = encryption;
    bucket.versioning = versioning;
    bucket.logging_target_bucket = logging;
    let reference = ResourceRef::new("s3_buckets", &arn);
    bucket.policy =
        policy.and_then(|text| scope.policy(&reference, "/policy", &text, &GET_BUCKET_POLICY));
    scope.insert(bucket, &LIST_BUCKETS);
    let source = "a scan of an account".to_owned();
    scope.gap(&reference, "/tags", Reason::NotInSource { source });
    let origins: &[&Operation] = &[
        &GET_PUBLIC_ACCESS_BLOCK,
        &GET_BUCKET_ACL,
        &GET_BUCKET_OWNERSHIP_CONTROLS,
        &GET_BUCKET_POLICY,
        &GET_BUCKET_ENCRYPTION,
        &GET_BUCKET_VERSIONING,
        &GET_BUCKET_LOGGING,
    ];
    for operation in origins {
        for (_, path) in operation.filled() {
            scope.read_by(&reference, &path, operation);
        }
    }
}

/// A bucket that is asked about.
struct Asked<'a> {
    scope: &'a Scope,
    client: &'a Client,
    name: &'a str,
    key: &'a str,
}

impl Asked<'_> {
    /// The blocks; none are on where the bucket has no configuration.
    async fn blocks(&self) -> Option<types::PublicAccessBlockConfiguration> {
        let call = self.client.get_public_access_block().bucket(self.name).send();
        let none = &["NoSuchPublicAccessBlockConfiguration"];
        match self.scope.ask(&GET_PUBLIC_ACCESS_BLOCK, Some(self.key), none, call).await {
            Answer::Given(answer) => Some(
                answer
                    .public_access_block_configuration
                    .unwrap_or_else(|| types::PublicAccessBlockConfiguration::builder().build()),
            ),
            Answer::Absent => Some(types::PublicAccessBlockConfiguration::builder().build()),
            Answer::Lost => None,
        }
    }

    /// The grants beside the owner's own.
    async fn acl(&self) -> Vec<AclGrant> {
        let call = self.client.get_bucket_acl().bucket(self.name).send();
        let answer = self.scope.call(&GET_BUCKET_ACL, Some(self.key), call).await;
        let Some(answer) = answer else { return Vec::new() };
        let owner = answer.owner.and_then(|owner| owner.id);
        answer
            .grants
            .unwrap_or_default()
            .into_iter()
            .filter_map(|grant| {
                let grantee = grant.grantee?;
                if grantee.id.is_some() && grantee.id == owner {
                    return None;
                }
                // A group's URI ends in its name.
                let group = grantee.uri.as_deref().and_then(|uri| uri.rsplit('/').next());
                Some(AclGrant {
                    grantee: group.map(str::to_owned).or(grantee.id),
                    permission: grant.permission.map(|permission| permission.as_str().to_owned()),
                })
            })
            .collect()
    }

    /// Buckets without the setting are older than it, and keep their ACLs.
    async fn ownership(&self) -> Option<String> {
        let call = self.client.get_bucket_ownership_controls().bucket(self.name).send();
        let none = &["OwnershipControlsNotFoundError"];
        match self.scope.ask(&GET_BUCKET_OWNERSHIP_CONTROLS, Some(self.key), none, call).await {
            Answer::Given(answer) => answer
                .ownership_controls
                .and_then(|controls| controls.rules.into_iter().next())
                .map(|rule| rule.object_ownership.as_str().to_owned()),
            Answer::Absent => Some("ObjectWriter".to_owned()),
            Answer::Lost => None,
        }
    }

    async fn policy(&self) -> Option<String> {
        let call = self.client.get_bucket_policy().bucket(self.name).send();
        let none = &["NoSuchBucketPolicy"];
        let answer = self.scope.ask(&GET_BUCKET_POLICY, Some(self.key), none, call).await;
        answer.given()?.policy
    }

    async fn encryption(&self) -> (Option<String>, Option<String>) {
        let call = self.client.get_bucket_encryption().bucket(self.name).send();
        let none = &["ServerSideEncryptionConfigurationNotFoundError"];
        let operation = &GET_BUCKET_ENCRYPTION;
        match self.scope.ask(operation, Some(self.key), none, call).await {
            Answer::Given(answer) => {
                let rule = answer
                    .server_side_encryption_configuration
                    .and_then(|configuration| configuration.rules.into_iter().next())
                    .and_then(|rule| rule.apply_server_side_encryption_by_default);
                match rule {
                    Some(rule) => {
                        (Some(rule.sse_algorithm.as_str().to_owned()), rule.kms_master_key_id)
                    }
                    None => (Some(DEFAULT_ENCRYPTION.to_owned()), None),
                }
            }
            Answer::Absent => (Some(DEFAULT_ENCRYPTION.to_owned()), None),
            Answer::Lost => (None, None),
        }
    }

    async fn versioning(&self) -> Option<String> {
        let call = self.client.get_bucket_versioning().bucket(self.name).send();
        let answer = self.scope.call(&GET_BUCKET_VERSIONING, Some(self.key), call).await?;
        answer.status.map(|status| status.as_str().to_owned())
    }

    async fn logging(&self) -> Option<String> {
        let call = self.client.get_bucket_logging().bucket(self.name).send();
        let answer = self.scope.call(&GET_BUCKET_LOGGING, Some(self.key), call).await?;
        answer.logging_enabled.map(|logging| logging.target_bucket)
    }
}

/// What S3 encrypts with where a bucket says nothing, since January 2023.
const DEFAULT_ENCRYPTION: &str = "AES256";
