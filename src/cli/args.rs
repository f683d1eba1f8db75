//! What is typed on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::analysis::identity::catalogue;
use crate::policy::metadata::Severity;
use crate::report::Format;

/// Proves whether an AWS deployment keeps to its reference architecture.
///
/// Reads a live account, saved output of the AWS CLI, CloudFormation templates, CDK output,
/// Terraform plans or snapshots into one model, and evaluates policies on it. Every verdict is pass (proven), fail
/// (with evidence) or unknown (with the reason).
#[derive(Debug, Parser)]
#[command(name = "audit", version, long_version = long_version(), max_term_width = 100)]
#[command(after_help = "\
Exit codes:
  0  nothing failed at or above --fail-on
  1  something failed
  2  wrong usage or input that could not be read
  3  --fail-on-unknown was given and a verdict is unknown

Examples:
  audit scan                                    the account of your AWS credentials
  audit scan template.yaml                      a CloudFormation template
  terraform show -json plan.out > plan.json
  audit scan plan.json --output sarif=out.sarif a Terraform plan, for CI
  audit explain rds-private                     what a control asks and why")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options that every command takes.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "General options")]
pub struct GlobalArgs {
    /// Say more: skipped files, notes, every unknown verdict
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Say nothing but the report
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: ColorWhen,
    /// The architecture profile [default: audit.toml here or in a directory above]
    #[arg(long, global = true, value_name = "FILE", env = "AUDIT_CONFIG")]
    pub config: Option<PathBuf>,
    /// A directory or file of policies of your own; may be repeated
    #[arg(long, global = true, value_name = "PATH")]
    pub policies: Vec<PathBuf>,
    /// AWS's actions from a file that scripts/refresh-catalogue.py wrote, where
    /// those in the program are too old
    #[arg(long, global = true, value_name = "FILE")]
    pub catalogue: Option<PathBuf>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge a live account, AWS CLI output, templates, plans or snapshots
    #[command(after_help = "\
Examples:
  audit scan                                     the account of your AWS credentials
  audit scan template.yaml --parameter Stage=prod
  audit scan cdk.out --control rds-private       one control only
  aws ec2 describe-vpcs --output json > answers/vpcs.json
  audit scan answers                             saved output of the AWS CLI
  audit scan plan.json account.json              a plan over a snapshot of its account
  audit scan infra --output audit.sarif --fail-on high
  audit scan --output report.md --output report.json --baseline last.json")]
    Scan(ScanArgs),
    /// Tell what can reach what over the network, and by which rules
    Path(Box<super::path::PathArgs>),
    /// Tell whether a principal may do an action, and by which statements
    Can(Box<super::can::CanArgs>),
    /// Tell which principals may do an action on a resource
    Who(Box<super::who::WhoArgs>),
    /// Save the model of an account, AWS CLI output, templates or plans to a file
    #[command(after_help = "\
Examples:
  audit snapshot --output account.json           the account of your AWS credentials
  audit scan account.json                        judge it later, without the account
  audit snapshot template.yaml --model-only --output model.json
  opa eval --input model.json --data policies 'data.audit.rds_private.deny'")]
    Snapshot(SnapshotArgs),
    /// Print the least IAM policy that a scan of an account needs
    #[cfg(feature = "live")]
    #[command(after_help = "\
Examples:
  audit permissions > audit.json                 a policy document for the role of the scan
  audit permissions --format json                each operation, and what rests on it")]
    Permissions(PermissionsArgs),
    /// Print the least IAM policy that a scan of an account needs (not in this build)
    #[cfg(not(feature = "live"))]
    #[command(hide = true)]
    Permissions {
        /// What is typed after it
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// List, show, check, test and export policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Explain a control: what it asks, why, and what to do
    #[command(after_help = "\
Examples:
  audit explain rds-private
  audit scan template.yaml --output report.json
  audit explain FINGERPRINT --report report.json one finding of the report, with its evidence")]
    Explain(ExplainArgs),
    /// Print a completion script for a shell
    #[command(after_help = "\
Examples:
  source <(audit completions bash)
  audit completions zsh > ~/.zfunc/_audit        where fpath has ~/.zfunc
  audit completions fish > ~/.config/fish/completions/audit.fish")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What to scan.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// Templates, CDK output, plans, states, snapshots, JSON that the AWS CLI
    /// printed, or directories of them; of a directory what .gitignore or .auditignore names is left out, cdk.out
    /// by .auditignore alone
    /// [default: the live account]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The options of templates.
    #[command(flatten)]
    pub template: TemplateArgs,
    /// The options of a live account.
    #[command(flatten)]
    pub live: LiveArgs,
}

/// Options of templates and plans.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Template options")]
pub struct TemplateArgs {
    /// Value of a CloudFormation parameter; may be repeated
    #[arg(short, long = "parameter", value_name = "NAME=VALUE", value_parser = key_value)]
    pub parameters: Vec<(String, String)>,
    /// File with CloudFormation parameters; may be repeated
    #[arg(long = "parameters-file", value_name = "FILE")]
    pub parameter_files: Vec<PathBuf>,
    /// The account that templates are deployed to, and that AWS CLI output is of
    /// where it does not tell
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<String>,
    /// Where a plan's .tf and .tf.json files lie [default: beside the plan]
    #[arg(long, value_name = "DIR")]
    pub source_root: Option<PathBuf>,
}

/// Options of a live account, and the region, which templates have too.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Account options")]
pub struct LiveArgs {
    /// Region to read; may be repeated [default: all that are enabled]. With
    /// templates: the region that they are deployed to; with AWS CLI output: the
    /// one that it is of, where it does not tell
    #[arg(long = "region", value_name = "REGION", value_parser = region)]
    pub regions: Vec<String>,
    /// How an account is read.
    #[cfg(feature = "live")]
    #[command(flatten)]
    pub calls: CallArgs,
}

/// How an account is read.
#[cfg(feature = "live")]
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Account options")]
pub struct CallArgs {
    /// Profile of the shared AWS configuration
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Role to assume; repeat it to read several accounts
    #[arg(long = "role-arn", value_name = "ARN")]
    pub roles: Vec<String>,
    /// External id that the role asks for
    #[arg(long, value_name = "ID", requires = "roles")]
    pub external_id: Option<String>,
    /// Most API calls that start in a second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_rps: Option<u32>,
    /// Attempts of a call before what it tells counts as unknown [default: 6]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=50))]
    pub max_attempts: Option<u32>,
    /// Seconds that a call may take, its attempts together [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub call_timeout: Option<u64>,
}

/// Arguments of `audit permissions`.
#[cfg(feature = "live")]
#[derive(Debug, Args)]
pub struct PermissionsArgs {
    /// Form of the answer
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "policy")]
    pub format: PermissionsFormat,
}

/// Form of the permissions.
#[cfg(feature = "live")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PermissionsFormat {
    /// An IAM policy document.
    Policy,
    /// Each API operation with the permissions it needs and what rests on it.
    Json,
}

/// Arguments of `audit scan`.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// What to scan.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Form of the report on standard output
    #[arg(short, long, value_enum, value_name = "FORMAT", help_heading = "Report options")]
    pub format: Option<Format>,
    /// Write a report to a file; may be repeated. Without FORMAT= the file's
    /// ending tells: .json, .sarif, .md, .xml (JUnit) or .txt (table)
    #[arg(short, long = "output", value_name = "[FORMAT=]FILE", value_parser = output, help_heading = "Report options")]
    pub outputs: Vec<(Format, PathBuf)>,
    /// Least severity whose failures give exit code 1
    #[arg(
        long,
        value_enum,
        value_name = "SEVERITY",
        default_value = "low",
        help_heading = "Report options"
    )]
    pub fail_on: Severity,
    /// Give exit code 3 where a verdict is unknown
    #[arg(long, help_heading = "Report options")]
    pub fail_on_unknown: bool,
    /// JSON report of an earlier run: only what is new fails
    #[arg(long, value_name = "FILE", help_heading = "Report options")]
    pub baseline: Option<PathBuf>,
    /// Evaluate this control only; may be repeated
    #[arg(long = "control", value_name = "ID", help_heading = "Report options")]
    pub controls: Vec<String>,
}

/// Arguments of `audit snapshot`.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// What to read.
    #[command(flatten)]
    pub target: TargetArgs,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the policies' input alone, for `opa eval --input`
    #[arg(long)]
    pub model_only: bool,
}

/// Arguments of `audit explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Id of a control, such as rds-private, or fingerprint of a finding
    pub id: String,
    /// JSON report that holds the finding
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Commands about policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// List the controls
    #[command(after_help = "\
Examples:
  audit policy list
  audit policy list --policies mine              with your own
  audit policy list --format json | jq -r '.[] | select(.severity == \"critical\") | .id'")]
    List {
        /// Form of the list
        #[arg(long, value_enum, default_value = "table")]
        format: ListFormat,
    },
    /// Print a policy with its metadata
    #[command(after_help = "\
Example:
  audit policy show rds-private > mine/rds-mine.rego
                                                 a policy to start your own from: give it an id,
                                                 a package and a file name of its own")]
    Show {
        /// Id of the control
        id: String,
    },
    /// Check policies: metadata, functions, references into the input
    ///
    /// The interpreter takes a misspelt attribute for one that is absent, and the
    /// policy then passes everything; this finds it. A scan checks --policies too.
    #[command(after_help = "\
Examples:
  audit policy check mine
  audit policy check mine/rds-mine.rego
Exit code 1 where a policy is unfit.")]
    Check {
        /// Directories or files [default: the bundled policies and --policies]
        paths: Vec<PathBuf>,
    },
    /// Run the policies' tests
    ///
    /// Tests are the rules whose names begin with test_ in the files that end in
    /// _test.rego, as those of `opa test`.
    #[command(after_help = "\
Examples:
  audit policy test mine
  audit policy test                              the bundled ones
Exit code 1 where a test fails.")]
    Test {
        /// Directories or files [default: the bundled policies and --policies]
        paths: Vec<PathBuf>,
    },
    /// Print the JSON Schema of what policies and configuration may say
    #[command(after_help = "\
Examples:
  audit policy schema > input.json               for opa check --schema input.json
  audit policy schema config                     all that audit.toml may say
  audit policy schema results                    what the JSON report says")]
    Schema {
        /// Of what
        #[arg(value_enum, default_value = "input")]
        of: SchemaOf,
    },
    /// Write the bundled policies to a directory
    #[command(after_help = "\
Example:
  audit policy export bundle && opa test bundle --ignore schema")]
    Export {
        /// The directory; it is made if it is not there
        directory: PathBuf,
    },
}

/// Form of a list of controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For a terminal.
    Table,
    /// For programs.
    Json,
    /// The documentation page.
    Markdown,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The policies' input: the model.
    Input,
    /// The policies' `data.profile`.
    Profile,
    /// The configuration file audit.toml.
    Config,
    /// A snapshot file.
    Snapshot,
    /// The report of `--output json=FILE`.
    Results,
}

/// `NAME=VALUE`.
pub(super) fn key_value(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| "give it as NAME=VALUE".to_owned())
}

/// An account's id.
fn account(text: &str) -> Result<String, String> {
    let is_id = text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit());
    if is_id { Ok(text.to_owned()) } else { Err("an account's id has 12 digits".to_owned()) }
}

/// A region's name, as far as its form goes: there are new ones every year.
fn region(text: &str) -> Result<String, String> {
    let is_part = |part: &str| part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    if parts.len() >= 3 && parts.iter().all(|part| !part.is_empty() && is_part(part)) {
        Ok(text.to_owned())
    } else {
        Err(format!("there is no region {text}; one has a name such as eu-west-1"))
    }
}

/// `FORMAT=FILE`, or a file whose ending tells the format.
fn output(text: &str) -> Result<(Format, PathBuf), String> {
    if let Some((format, file)) = text.split_once('=')
        && let Ok(format) = Format::from_str(format, true)
    {
        return match file.is_empty() {
            true => Err("name the file after the =".to_owned()),
            false => Ok((format, PathBuf::from(file))),
        };
    }
    let file = PathBuf::from(text);
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let format = match ending.to_ascii_lowercase().as_str() {
        "json" => Format::Json,
        "sarif" => Format::Sarif,
        "md" | "markdown" => Format::Markdown,
        "xml" => Format::Junit,
        "txt" => Format::Table,
        _ => {
            return Err("the format is not clear: give FORMAT=FILE with table, json, sarif, \
                        markdown or junit, such as sarif=out.sarif"
                .to_owned());
        }
    };
    match text.split_once('=') {
        Some((format, _)) if !format.contains(['/', '\\', '.']) => Err(format!(
            "there is no format {format}; there are table, json, sarif, markdown, junit"
        )),
        _ => Ok((format, file)),
    }
}

/// The version, and what the program knows of AWS as of when.
fn long_version() -> String {
    catalogue::sources().iter().fold(env!("CARGO_PKG_VERSION").to_owned(), |text, source| {
        let catalogue::Source { package, version, date, licence } = source;
        format!("{text}\nAWS data of {date} from {package} {version} ({licence})")
    })
}
