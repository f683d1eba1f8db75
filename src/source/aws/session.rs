//! Who is asking, and in which regions.

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use std::time::Duration;

use super::Options;
use super::failure::{Failure, Kind};
use super::http;
use super::scope::Scope;
use crate::diagnostic::Diagnostic;
use crate::model::{Reason, ResourceRef};
use crate::source::operation::session::{DESCRIBE_REGIONS, GET_CALLER_IDENTITY};

/// Where the first questions go when the configuration names no region.
const FIRST_REGION: &str = "us-east-1";

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait between two attempts.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// An account that answers, and the regions to read.
#[derive(Debug)]
pub(super) struct Session {
    /// The configuration, in the first region.
    pub(super) config: SdkConfig,
    /// The account's global services.
    pub(super) global: Scope,
    /// The regions to read.
    pub(super) regions: Vec<String>,
    /// What is to be said of it.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Session {
    /// Finds credentials, asks who they are and which regions there are.
    ///
    /// # Errors
    ///
    /// Where nothing can be read at all: no credentials or bad ones, no answer,
    /// a region that does not exist.
    pub(super) async fn open(
        options: &Options,
        role: Option<&str>,
        mut scope: Scope,
    ) -> Result<Self, Box<Diagnostic>> {
        for region in &options.regions {
            if !is_region(region) {
                return Err(no_such_region(region, &[]));
            }
        }
        let config = config(options, role).await;
        let mut diagnostics = Vec::new();
        let sts = aws_sdk_sts::Client::new(&config);
        let call = sts.get_caller_identity().send();
        match scope.attempt(&GET_CALLER_IDENTITY, call).await {
            Ok(identity) => {
                scope.site.account = identity.account;
                let partition = identity.arn.as_deref().and_then(|arn| arn.split(':').nth(1));
                if let Some(partition) = partition {
                    scope.site.partition = partition.to_owned();
                }
                scope.count(&GET_CALLER_IDENTITY, None);
            }
            Err(error) => {
                let failure = Failure::of(&error);
                if matches!(failure.kind, Kind::Credentials | Kind::Unreachable) {
                    return Err(cannot_start(&failure, options, role, &config));
                }
                scope.site.partition = partition_of(config.region().map(AsRef::as_ref)).to_owned();
                scope.site.account = owner(&config).await;
                match &scope.site.account {
                    Some(_) => scope.count(&GET_CALLER_IDENTITY, Some(&failure)),
                    None => scope.lose(&GET_CALLER_IDENTITY, None, &failure),
                }
            }
        }
        let regions = regions(options, &config, &scope, &mut diagnostics).await?;
        Ok(Self { config, global: scope, regions, diagnostics })
    }

    /// The configuration for a region.
    pub(super) fn config_in(&self, region: &str) -> SdkConfig {
        self.config.to_builder().region(Region::new(region.to_owned())).build()
    }
}

async fn config(options: &Options, role: Option<&str>) -> SdkConfig {
    let attempts = options.max_attempts.max(1);
    let retry = RetryConfig::standard().with_max_attempts(attempts).with_max_backoff(MAX_BACKOFF);
    let timeout = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(options.call_timeout))
        .operation_timeout(options.call_timeout)
        .build();
    let mut loader =
        aws_config::defaults(BehaviorVersion::latest()).retry_config(retry).timeout_config(timeout);
    if let Some(profile) = &options.profile {
        // A profile that is named comes before credentials in the environment.
        let provider = aws_config::profile::ProfileFileCredentialsProvider::builder()
            .profile_name(profile)
            .build();
        loader = loader.profile_name(profile).credentials_provider(provider);
    }
    let config = loader.load().await;
    let region = config.region().cloned().unwrap_or_else(|| {
        let first = options.regions.first().map_or(FIRST_REGION, String::as_str);
        Region::new(first.to_owned())
    });
    let config = config.to_builder().region(region).http_client(http::shared()).build();
    let Some(role) = role else { return config };
    let mut assumed =
        aws_config::sts::AssumeRoleProvider::builder(role).session_name("audit").configure(&config);
    if let Some(id) = &options.external_id {
        assumed = assumed.external_id(id);
    }
    let provider = assumed.build().await;
    config
        .to_builder()
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
            provider,
        ))
        .build()
}

async fn regions(
    options: &Options,
    config: &SdkConfig,
    scope: &Scope,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<String>, Box<Diagnostic>> {
    let ec2 = aws_sdk_ec2::Client::new(config);
    let answer = scope
        .attempt(&DESCRIBE_REGIONS, ec2.describe_regions().send())
        .await
        .map_err(|error| Failure::of(&error));
    match answer {
        Ok(answer) => {
            scope.count(&DESCRIBE_REGIONS, None);
            let mut enabled: Vec<String> = answer
                .regions
                .unwrap_or_default()
                .into_iter()
                .filter_map(|r| r.region_name)
                .collect();
            enabled.sort();
            if options.regions.is_empty() {
                return Ok(enabled);
            }
            match options.regions.iter().find(|region| !enabled.contains(region)) {
                Some(region) => Err(no_such_region(region, &enabled)),
                None => Ok(options.regions.clone()),
            }
        }
        Err(failure) if failure.kind == Kind::Credentials => {
            Err(cannot_start(&failure, options, None, config))
        }
        Err(failure) if !options.regions.is_empty() => {
            // The named regions are read; nothing of the model rests on it.
            scope.count(&DESCRIBE_REGIONS, Some(&failure));
            Ok(options.regions.clone())
        }
        Err(failure) => {
            scope.lose(&DESCRIBE_REGIONS, None, &failure);
            for operation in super::operation::all() {
                if !matches!(operation.service(), "iam" | "s3" | "sts") {
                    scope.leave_open(&operation, None, failure.reason(&DESCRIBE_REGIONS));
                }
            }
            let region = config.region().map_or(FIRST_REGION, |region| region.as_ref()).to_owned();
            diagnostics.push(
                Diagnostic::warning(format!("only {region} is read, as the regions are not known"))
                    .help("name the regions with --region, or allow ec2:DescribeRegions"),
            );
            Ok(vec![region])
        }
    }
}

/// The account, as its security groups name their owner; every VPC has one.
async fn owner(config: &SdkConfig) -> Option<String> {
    let ec2 = aws_sdk_ec2::Client::new(config);
    let answer = ec2.describe_security_groups().max_results(5).send().await.ok()?;
    answer.security_groups?.into_iter().find_map(|group| group.owner_id)
}

/// The partition that a region belongs to.
///
/// Source: the IAM user guide, "Identify AWS resources with Amazon Resource
/// Names (ARNs)".
fn partition_of(region: Option<&str>) -> &'static str {
    match region {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// Whether a name has the form of a region's.
fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.split_last() {
        Some((last, words)) => {
            words.len() >= 2
                && words.iter().all(letters)
                && !last.is_empty()
                && last.bytes().all(|b| b.is_ascii_digit())
        }
        None => false,
    }
}

fn no_such_region(name: &str, enabled: &[String]) -> Box<Diagnostic> {
    let help = if enabled.is_empty() {
        "regions are named as in eu-west-1".to_owned()
    } else {
        format!("enabled in this account: {}", enabled.join(", "))
    };
    Box::new(
        Diagnostic::error(format!(
            "there is no region {name}, or it is not enabled in this account"
        ))
        .help(help),
    )
}

fn cannot_start(
    failure: &Failure,
    options: &Options,
    role: Option<&str>,
    config: &SdkConfig,
) -> Box<Diagnostic> {
    let whom = role.map(|role| format!(" as {role}")).unwrap_or_default();
    match failure.kind {
        Kind::Unreachable => {
            let place = config.endpoint_url().map_or("AWS".to_owned(), str::to_owned);
            let error = format!("{place} cannot be reached{whom}: {}", failure.detail);
            Box::new(Diagnostic::error(error).help(
                "check the network, AWS_ENDPOINT_URL and the proxy settings; \
                 --call-timeout sets how long a call may take",
            ))
        }
        _ => {
            let error = format!("no valid AWS credentials{whom}: {}", failure.detail);
            let help = match &options.profile {
                Some(profile) => format!(
                    "sign in again (`aws sso login --profile {profile}`), or name another --profile"
                ),
                None => "set AWS_PROFILE or --profile, sign in with `aws sso login`, or set \
                         AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                    .to_owned(),
            };
            Box::new(Diagnostic::error(error).help(help))
        }
    }
}

/// What an account does not tell of its organization.
pub(super) fn leave_organization_open(scope: &Scope, account: &str) {
    let account = ResourceRef::new("accounts", account);
    for path in crate::source::ORGANIZATION {
        let source = "a scan of one account".to_owned();
        scope.gap(&account, path, Reason::NotInSource { source });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_a_form() {
        for name in ["eu-west-1", "us-gov-east-1", "ap-southeast-11"] {
            assert!(is_region(name), "{name}");
        }
        for name in ["", "eu", "eu-west", "EU-west-1", "eu_west_1", "eu-west-1/../x", "-west-1"] {
            assert!(!is_region(name), "{name}");
        }
    }
}
