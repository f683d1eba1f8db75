//! Saved output of the AWS CLI: JSON as `aws ec2 describe-vpcs --output json`
//! prints it, in files of one or several answers, also as Batfish lays them out
//! (`aws_configs/<region>/Vpcs.json`).
//!
//! Each file maps the answers of one service as [`super::aws`] maps those that
//! it asks for itself, so that the same facts give the same verdicts. What was
//! not given is not known: it is a gap that names the command to run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::node::Node;
use super::operation::{self, Operation, eks, session};
use super::{Loaded, TemplateOptions, TextFile};
use crate::diagnostic::Diagnostic;
use crate::model::{Account, Reason, Region, ResourceRef};

mod document;
mod ec2_gateway;
mod ec2_instance;
mod ec2_network;
mod ec2_security;
mod ec2_transit_gateway;
mod ecs;
mod elasticache;
mod elasticloadbalancingv2;
mod iam;
mod item;
mod lambda;
mod opensearch;
mod place;
mod rds;
mod response;
mod scope;

use document::Document;
use response::{Answer, BY_ITEM, Read};
pub use response::{is_answer, names};
use scope::Scope;

/// The services that have no region.
const GLOBAL: &[&str] = &["iam", "s3", "sts"];

/// Reads saved answers, of one account and region or of several.
pub fn read(files: &[TextFile], options: &TemplateOptions) -> Loaded {
    let mut loaded = Loaded::default();
    let mut documents = Vec::new();
    for file in files {
        match document::parse(file, &mut loaded.diagnostics) {
            Ok(document) => documents.push(document),
            Err(diagnostic) => {
                // What it would have told is missing.
                loaded.diagnostics.push(*diagnostic);
            }
        }
    }
    let places = place::of_all(&documents, options);
    let mut answers: BTreeMap<(Option<String>, Option<String>), Vec<Answer>> = BTreeMap::new();
    let mut partitions: BTreeMap<Option<String>, String> = BTreeMap::new();
    for (document, place) in documents.into_iter().zip(places) {
        let Document { file, answers: found, unknown, .. } = document;
        for key in unknown {
            loaded.diagnostics.push(
                Diagnostic::note(format!("{key} is no answer that is read, and was skipped"))
                    .in_file(file.as_ref()),
            );
        }
        if let Some(partition) = place.partition {
            partitions.insert(place.account.clone(), partition);
        }
        for answer in found {
            let region = if is_global(answer.operation) { None } else { place.region.clone() };
            answers.entry((place.account.clone(), region)).or_default().push(answer);
        }
        let is_lost = place.region.is_none()
            && answers.get(&(place.account.clone(), None)).is_some_and(|all| {
                all.iter().any(|one| one.is_in(&file) && !is_global(one.operation))
            });
        if is_lost {
            loaded.diagnostics.push(
                Diagnostic::warning("the file does not tell which region it is of")
                    .in_file(file.as_ref())
                    .help("put it into a directory that is named as the region, or name the region with --region"),
            );
        }
    }
    let accounts: BTreeSet<Option<String>> =
        answers.keys().map(|(account, _)| account.clone()).collect();
    let mut missing = BTreeSet::new();
    for account in accounts {
        let mut regions: BTreeMap<Option<String>, Vec<Answer>> = BTreeMap::new();
        for ((of, region), found) in std::mem::take(&mut answers) {
            if of == account {
                regions.entry(region).or_default().extend(found);
            } else {
                answers.entry((of, region)).or_default().extend(found);
            }
        }
        let partition = partitions.get(&account).cloned();
        account_of(account, partition, regions, options, &mut loaded, &mut missing);
    }
    if let Some(warning) = warning(&missing) {
        loaded.diagnostics.push(warning);
    }
    loaded
}

fn is_global(operation: &Operation) -> bool {
    GLOBAL.contains(&operation.service())
}

/// Reads the answers of one account, by region.
fn account_of(
    account: Option<String>,
    partition: Option<String>,
    mut regions: BTreeMap<Option<String>, Vec<Answer>>,
    options: &TemplateOptions,
    loaded: &mut Loaded,
    missing: &mut BTreeSet<&'static str>,
) {
    let unplaced = regions.remove(&None).unwrap_or_default();
    let (global, unplaced): (Vec<Answer>, Vec<Answer>) =
        unplaced.into_iter().partition(|answer| is_global(answer.operation));
    let named: BTreeSet<String> = regions.keys().flatten().cloned().collect();
    let mut scopes: Vec<(Option<String>, Vec<Answer>)> = regions.into_iter().collect();
    if !unplaced.is_empty() {
        scopes.push((None, unplaced));
    }
    let mut scope = Scope::new(account, partition, options, loaded, missing);
    scope.receive(global);
    scope.declare_account();
    let is_regional = |operation: &Operation| {
        !is_global(operation) && operation.name != session::DESCRIBE_REGIONS.name
    };
    leave_open(&mut scope, is_global);
    if scopes.is_empty() {
        // No region is known, so it is so in all of them.
        leave_open(&mut scope, is_regional);
    }
    let enabled = enabled_regions(&scopes);
    if enabled.is_empty() {
        scope.miss(&session::DESCRIBE_REGIONS);
    }
    let silent: Vec<&String> = enabled.difference(&named).collect();
    for region in &silent {
        // Which commands these are is said once.
        let mut scope = scope.in_region(Some((*region).clone()));
        scope.declare_region();
        leave_open(&mut scope, is_regional);
    }
    if !silent.is_empty() {
        let names: Vec<&str> = silent.iter().map(|name| name.as_str()).collect();
        scope.say(
            Diagnostic::warning(
                "of some regions that are enabled nothing was given; what they hold is unknown",
            )
            .help(format!("save what the commands print there too: {}", names.join(", "))),
        );
    }
    iam::read(&mut scope);
    for (region, answers) in scopes {
        let mut scope = scope.in_region(region);
        scope.receive(answers);
        scope.declare_region();
        leave_open(&mut scope, is_regional);
        ec2_network::read(&mut scope);
        ec2_gateway::read(&mut scope);
        ec2_security::read(&mut scope);
        ec2_transit_gateway::read(&mut scope);
        ec2_instance::read(&mut scope);
        elasticloadbalancingv2::read(&mut scope);
        rds::read(&mut scope);
        ecs::read(&mut scope);
        lambda::read(&mut scope);
        opensearch::read(&mut scope);
        elasticache::read(&mut scope);
    }
}

/// The regions that are enabled in the account, as far as answers tell.
fn enabled_regions(scopes: &[(Option<String>, Vec<Answer>)]) -> BTreeSet<String> {
    let told = |item: &Node| {
        let status = item.get("OptInStatus").and_then(Node::text);
        item.get("RegionName")
            .and_then(Node::text)
            .filter(|_| status.as_deref() != Some("not-opted-in"))
    };
    let answers = scopes.iter().flat_map(|(_, answers)| answers);
    let regions = answers.filter(|answer| answer.operation.name == session::DESCRIBE_REGIONS.name);
    regions.flat_map(|answer| answer.node.items().iter().filter_map(told)).collect()
}

/// Leaves open what the operations fill whose answers were not given, and of
/// answers that end before their last page what may follow.
fn leave_open(scope: &mut Scope<'_>, is_asked: impl Fn(&Operation) -> bool) {
    let has_no_eks = scope.lists_nothing(&eks::LIST_CLUSTERS);
    for operation in operation::all().iter().filter(|operation| is_asked(operation)) {
        if scope.is_cut(operation) {
            let detail = format!(
                "the output of `{}` that was given ends before its last page",
                operation.command()
            );
            scope.leave_open(operation, None, not_given(operation, detail));
        }
        if scope.has(operation) || operation.service() == "sts" {
            continue;
        }
        // Nothing to ask of clusters that there are not.
        if operation.service() == "eks" && has_no_eks {
            continue;
        }
        if Read::of(operation) == Read::No {
            scope.leave_open(operation, None, unread(operation));
        } else if !BY_ITEM.contains(&operation.name) {
            scope.miss(operation);
        }
    }
}

fn not_given(operation: &Operation, detail: String) -> Reason {
    Reason::NotGiven { operation: operation.name.to_owned(), detail }
}

/// Why what an operation fills is not known, whose answer was not given.
fn absent(operation: &Operation) -> Reason {
    not_given(operation, format!("no output of `{}` was given", operation.command()))
}

/// Why what an operation fills is not known, whose answers are not read.
fn unread(operation: &Operation) -> Reason {
    let detail = format!("output of `{}` is not read from files", operation.command());
    not_given(operation, detail)
}

/// What is said of answers that were not given.
fn warning(missing: &BTreeSet<&'static str>) -> Option<Diagnostic> {
    let all = operation::all();
    let commands: Vec<String> = all
        .iter()
        .filter(|operation| missing.contains(operation.name))
        .map(Operation::command)
        .collect();
    let count = match commands.len() {
        0 => return None,
        1 => "one command".to_owned(),
        count => format!("{count} commands"),
    };
    Some(
        Diagnostic::warning(format!(
            "the output of {count} was not given, or not all of it; what rests on it is unknown"
        ))
        .help(format!("save what they print with --output json: {}", commands.join(", "))),
    )
}

impl Scope<'_> {
    /// Adds the account, with what no answer tells of it.
    fn declare_account(&mut self) {
        let Some(id) = self.site.account.clone() else { return };
        let mut account = Account::new(self.identity(id.clone()));
        account.name = Some(id.clone());
        self.declare(account, &session::GET_CALLER_IDENTITY);
        let reference = ResourceRef::new("accounts", &id);
        for path in super::ORGANIZATION {
            let source = "saved AWS CLI output".to_owned();
            self.gap(&reference, path, Reason::NotInSource { source });
        }
    }

    /// Adds the region.
    fn declare_region(&mut self) {
        let key = self.region_key();
        let mut region = Region::new(self.identity(key));
        region.name.clone_from(&self.site.region);
        self.declare(region, &session::DESCRIBE_REGIONS);
        // As for a scan of the account: their interfaces tell of most.
        let source = "saved AWS CLI output, which does not tell of API Gateway".to_owned();
        self.not_asked("api_gateway_vpc_links", Reason::NotInSource { source });
    }
}

/// The name of a file, for people.
type FileName = Arc<str>;
