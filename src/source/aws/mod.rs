//! A live account, read through the AWS API.
//!
//! Each file makes the calls of one table of [`super::operation`] and maps their
//! answers to the model. A call that fails leaves gaps on what it would have
//! filled, and the rest goes on.

use std::sync::Arc;
use std::time::Duration;

use super::{Loaded, operation};
use crate::diagnostic::Diagnostic;
use crate::model::{Account, Coverage, CoverageStatus, Reason, Region};

mod cloudtrail;
mod credential_report;
mod ec2_gateway;
mod ec2_instance;
mod ec2_network;
mod ec2_security;
mod ec2_transit_gateway;
mod ecs;
mod eks;
mod elasticache;
mod elasticloadbalancingv2;
mod failure;
mod http;
mod iam;
mod kms;
mod lambda;
mod logs;
mod opensearch;
mod rds;
mod s3;
mod scope;
mod secretsmanager;
mod session;
mod sns;
mod sqs;

use scope::Scope;
use session::Session;

/// What to read, as whom and how fast.
#[derive(Debug, Clone)]
pub struct Options {
    /// Regions to read; all that are enabled where none is named.
    pub regions: Vec<String>,
    /// Profile of the shared configuration files.
    pub profile: Option<String>,
    /// Roles to assume, one for each account to read; none for the caller's.
    pub roles: Vec<String>,
    /// External id that the roles ask for.
    pub external_id: Option<String>,
    /// Most calls that start in a second, over all services.
    pub max_rps: Option<u32>,
    /// Attempts of one call before it counts as failed.
    pub max_attempts: u32,
    /// Longest time that one call may take, its attempts together.
    pub call_timeout: Duration,
    /// The key of this run's secret digests.
    pub secret_key: [u8; 32],
}

/// Told of each call, to show how a scan gets on.
pub trait Progress: std::fmt::Debug + Send + Sync {
    /// A call starts.
    fn started(&self, operation: &'static str, region: Option<&str>);
    /// A call has its answer.
    fn finished(&self, operation: &'static str, region: Option<&str>);
}

/// Reads the account, or the accounts of the roles.
///
/// What cannot be read at all (no credentials, no such region, no answer) is
/// an error among the diagnostics; a call that fails is a gap and a warning.
pub fn read(options: &Options, progress: Arc<dyn Progress>) -> Loaded {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(read_all(options, progress)),
        Err(error) => Loaded {
            diagnostics: vec![Diagnostic::error(format!("cannot start reading: {error}"))],
            ..Loaded::default()
        },
    }
}

async fn read_all(options: &Options, progress: Arc<dyn Progress>) -> Loaded {
    let roles: Vec<Option<&str>> = match options.roles.as_slice() {
        [] => vec![None],
        roles => roles.iter().map(|role| Some(role.as_str())).collect(),
    };
    let accounts = roles.into_iter().map(|role| read_account(options, role, progress.clone()));
    let mut all = Loaded::default();
    for loaded in futures::future::join_all(accounts).await {
        all.snapshot.extend(loaded.snapshot);
        all.diagnostics.extend(loaded.diagnostics);
    }
    all
}

async fn read_account(
    options: &Options,
    role: Option<&str>,
    progress: Arc<dyn Progress>,
) -> Loaded {
    let scope = Scope::new(options.max_rps, progress, options.secret_key);
    let session = match Session::open(options, role, scope).await {
        Ok(session) => session,
        Err(diagnostic) => {
            return Loaded { diagnostics: vec![*diagnostic], ..Loaded::default() };
        }
    };
    let regions = session.regions.iter().map(|region| read_region(&session, region));
    futures::join!(read_global(&session), futures::future::join_all(regions));
    let snapshot = session.global.finish();
    let mut diagnostics = session.diagnostics;
    diagnostics.extend(snapshot.coverage.iter().filter_map(warning));
    Loaded { snapshot, diagnostics }
}

async fn read_global(session: &Session) {
    let scope = &session.global;
    if let Some(id) = &scope.site.account {
        let mut account = Account::new(scope.identity(id.clone()));
        account.name = Some(id.clone());
        scope.insert(account, &operation::session::GET_CALLER_IDENTITY);
        session::leave_organization_open(scope, id);
    }
    let config = &session.config;
    let s3 = s3::read(scope, config, &session.regions);
    futures::join!(iam::read(scope, aws_sdk_iam::Client::new(config)), s3);
}

async fn read_region(session: &Session, name: &str) {
    let scope = session.global.in_region(name);
    let key = format!("{}/{name}", scope.site.account.as_deref().unwrap_or(super::UNNAMED_ACCOUNT));
    let mut region = Region::new(scope.identity(key.clone()));
    region.name = Some(name.to_owned());
    scope.insert(region, &operation::session::DESCRIBE_REGIONS);
    // VPC links of version 2, VPC origins and accelerators are known by their
    // interfaces; those of version 1 have none in the account.
    let source = "a scan, which does not ask API Gateway".to_owned();
    scope.not_asked("api_gateway_vpc_links", Reason::NotInSource { source });
    let config = session.config_in(name);
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let trails = cloudtrail::Region { name, scanned: &session.regions };
    // Boxed, as the future of so many calls is large.
    futures::join!(
        Box::pin(ec2_network::read(&scope, &ec2)),
        Box::pin(ec2_gateway::read(&scope, &ec2, &key)),
        Box::pin(ec2_security::read(&scope, &ec2)),
        Box::pin(ec2_transit_gateway::read(&scope, &ec2)),
        Box::pin(ec2_instance::read(&scope, &ec2, &key)),
        Box::pin(rds::read(&scope, aws_sdk_rds::Client::new(&config))),
        Box::pin(elasticloadbalancingv2::read(
            &scope,
            aws_sdk_elasticloadbalancingv2::Client::new(&config)
        )),
        Box::pin(ecs::read(&scope, aws_sdk_ecs::Client::new(&config))),
        Box::pin(eks::read(&scope, aws_sdk_eks::Client::new(&config))),
        Box::pin(lambda::read(&scope, aws_sdk_lambda::Client::new(&config))),
        Box::pin(elasticache::read(&scope, aws_sdk_elasticache::Client::new(&config))),
        Box::pin(opensearch::read(&scope, aws_sdk_opensearch::Client::new(&config))),
        Box::pin(cloudtrail::read(&scope, aws_sdk_cloudtrail::Client::new(&config), trails)),
        Box::pin(kms::read(&scope, aws_sdk_kms::Client::new(&config))),
        Box::pin(logs::read(&scope, aws_sdk_cloudwatchlogs::Client::new(&config))),
        Box::pin(secretsmanager::read(&scope, aws_sdk_secretsmanager::Client::new(&config))),
        Box::pin(sns::read(&scope, aws_sdk_sns::Client::new(&config))),
        Box::pin(sqs::read(&scope, aws_sdk_sqs::Client::new(&config))),
    );
}

/// What is said of a call that did not go well.
fn warning(coverage: &Coverage) -> Option<Diagnostic> {
    let detail = coverage.detail.as_deref()?;
    let place =
        coverage.region.as_deref().map(|region| format!(" in {region}")).unwrap_or_default();
    let operation = operation::all().into_iter().find(|known| known.name == coverage.subject)?;
    let (what, help) = match coverage.status {
        CoverageStatus::Denied => (
            "was denied",
            format!(
                "allow {}; `audit permissions` prints all that a scan needs",
                operation.permission()
            ),
        ),
        CoverageStatus::Throttled => (
            "was throttled until its attempts ran out",
            "try again later, or with a lower --max-rps or more --max-attempts".to_owned(),
        ),
        CoverageStatus::Failed | CoverageStatus::NotAvailable => (
            "failed",
            format!(
                "what rests on it is unknown; the permission it needs is {}",
                operation.permission()
            ),
        ),
        CoverageStatus::Collected => return None,
    };
    let times = match (coverage.failed, coverage.calls) {
        (1, 1) => String::new(),
        (failed, calls) => format!(" ({failed} of {calls} calls)"),
    };
    Some(
        Diagnostic::warning(format!("{}{place} {what}{times}: {detail}", coverage.subject))
            .help(help),
    )
}
