//! Terraform plans and states, as `terraform show -json` prints them.
//!
//! Source: the Terraform documentation, "JSON output format".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{
    Loaded, TemplateOptions, TextFile, declare_deployment, default_resources, yield_deployment,
};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Coverage, CoverageStatus, Identity, Origin, ResourceOrigin, Snapshot, Span, Template,
};

mod configuration;
mod incomplete;
mod instance;
mod place;
mod plan;
mod provider;
mod removed;
mod resource;
mod source;
mod source_json;
mod state_file;
#[cfg(test)]
mod tests;
mod values;

use plan::Plan;
use provider::{Deployment, Providers};

/// Reads a plan or a state.
pub fn read(file: &TextFile, options: &TemplateOptions) -> Loaded {
    read_over(Snapshot::default(), file, options)
}

/// Reads a plan or a state and lays it over what is known already, such as a
/// snapshot of the account that it will change: rules, routes and policies that
/// it declares for a resource of `base` are added to that one.
pub fn read_over(base: Snapshot, file: &TextFile, options: &TemplateOptions) -> Loaded {
    let mut loaded = Loaded::default();
    let coverage = |status, detail| Coverage {
        account: None,
        region: None,
        subject: file.name.to_string(),
        status,
        calls: 1,
        failed: u64::from(status != CoverageStatus::Collected),
        detail,
    };
    let plan: Plan = match parse(file) {
        Ok(plan) => plan,
        Err(diagnostic) => {
            let detail = Some(diagnostic.message.clone());
            loaded.snapshot.coverage.insert(coverage(CoverageStatus::Failed, detail));
            loaded.diagnostics.push(*diagnostic);
            return over(base, loaded);
        }
    };
    loaded.snapshot.coverage.insert(coverage(CoverageStatus::Collected, None));
    read_plan(base, loaded, &plan, file, options)
}

/// Reads what a parsed plan or state declares.
fn read_plan(
    base: Snapshot,
    mut loaded: Loaded,
    plan: &Plan,
    file: &TextFile,
    options: &TemplateOptions,
) -> Loaded {
    let providers = Providers::new(plan, options);
    let main = providers.main().clone();
    let mut options = options.clone();
    (options.account, options.region) = (main.account.clone(), main.region.clone());
    let start = start_of(&file.name);
    let origin =
        Origin::Plan { file: file.name.clone(), address: String::new(), span: Some(start.clone()) };
    declare_template(&mut loaded, file, plan, &options, &origin);
    report_misshapen(file, plan, &mut loaded);
    let sources = source::Sources::find(file, &options, plan);
    let instances = instance::of(plan, file);
    let scope = configuration::Scope::new(plan, &instances, &providers);
    let declared: Vec<resource::Declared<'_>> = instances
        .iter()
        .filter(|instance| instance.managed || resource::is_looked_up(instance.kind))
        .map(|instance| resource::Declared::new(instance, &scope, &sources, file, &options))
        .collect();
    for Deployment { account, region } in deployments(&declared, main) {
        let options = TemplateOptions { account, region, ..options.clone() };
        declare_deployment(&mut loaded.snapshot, &options, &origin, "a Terraform plan");
    }
    incomplete::note(plan, &instances, &start, &mut loaded.snapshot, &mut loaded.diagnostics);
    for one in &declared {
        resource::read(one, resource::Phase::Alone, &mut loaded.snapshot);
    }
    let mut base = base;
    removed::take_out(plan, &mut base);
    resource::keep_known(&base, &mut loaded.snapshot);
    let mut loaded = over(base, loaded);
    resource::adopt(&declared, &mut loaded.snapshot);
    removed::take_back(plan, &mut loaded.snapshot);
    resource::apply_exclusive(&declared, &mut loaded.snapshot);
    for one in &declared {
        resource::read(one, resource::Phase::Adding, &mut loaded.snapshot);
        resource::note_unplaced(one, &mut loaded.snapshot);
        resource::note_references(one, &mut loaded.snapshot);
    }
    default_resources::add_local_routes(&mut loaded.snapshot);
    let of = (file, &options);
    resource::credentials(&declared, plan, &sources, of, &mut loaded.snapshot);
    sources.waivers(&declared, &mut loaded.snapshot, &mut loaded.diagnostics);
    loaded
}

/// Tells of what is no resource, though it stands among them; it may be of any
/// type.
fn report_misshapen(file: &TextFile, plan: &Plan, loaded: &mut Loaded) {
    let misshapen = plan.misshapen();
    if !misshapen.is_empty() {
        incomplete::open_all(&mut loaded.snapshot);
    }
    loaded.diagnostics.extend(misshapen.into_iter().map(|message| {
        Diagnostic::error(message)
            .in_file(file.name.as_ref())
            .help("write it again with `terraform show -json PLAN > plan.json`")
    }));
}

/// The accounts and regions that something is declared in; that of the plan
/// where it is known, or nothing is.
fn deployments(declared: &[resource::Declared<'_>], main: Deployment) -> BTreeSet<Deployment> {
    let regional = declared
        .iter()
        .filter(|one| one.instance.kind.starts_with("aws_"))
        .filter(|one| !resource::is_global(one.instance.kind));
    let mut found: BTreeSet<Deployment> = regional.map(|one| one.deployment.clone()).collect();
    // The accounts of what has no region.
    for one in declared {
        let known = found.iter().any(|place| place.account == one.deployment.account);
        if !known && one.deployment.account.is_some() {
            found.insert(Deployment { region: main.region.clone(), ..one.deployment.clone() });
        }
    }
    if main.region.is_some() || found.is_empty() {
        found.insert(main);
    }
    found
}

/// What was read, on top of `base`.
fn over(base: Snapshot, mut read: Loaded) -> Loaded {
    yield_deployment(&base, &mut read.snapshot);
    let mut snapshot = base;
    snapshot.extend(read.snapshot);
    Loaded { snapshot, ..read }
}

fn parse(file: &TextFile) -> Result<Plan, Box<Diagnostic>> {
    let at = |line: usize, column: usize| {
        let number = |value: usize| u32::try_from(value.max(1)).unwrap_or(u32::MAX);
        Span {
            file: file.name.clone(),
            start_line: number(line),
            start_column: number(column),
            end_line: number(line),
            end_column: number(column).saturating_add(1),
        }
    };
    let mut plan: Plan = serde_json::from_str(&file.text).map_err(|error| {
        Box::new(
            Diagnostic::error(format!("the plan cannot be read: {error}"))
                .at(at(error.line(), error.column()))
                .help("write it again with `terraform show -json PLAN > plan.json`"),
        )
    })?;
    if !plan.is_readable() {
        return Err(Box::new(
            Diagnostic::error(format!(
                "the plan has format version {}, and this program reads 1",
                plan.format_version
            ))
            .at(at(1, 1))
            .help("use a newer version of this program, or an older one of Terraform"),
        ));
    }
    if plan.planned_values.is_none() && plan.values.is_none() {
        let found = state_file::read(&file.text).map_err(|error| Box::new(error.at(at(1, 1))))?;
        plan = found.ok_or_else(|| {
            Box::new(
                Diagnostic::error("the file has neither planned values nor a state's values")
                    .at(at(1, 1))
                    .help("run `terraform show -json` and scan what it prints"),
            )
        })?;
    }
    plan.settle();
    Ok(plan)
}

/// The first character of the file.
fn start_of(name: &Arc<str>) -> Span {
    Span { file: name.clone(), start_line: 1, start_column: 1, end_line: 1, end_column: 2 }
}

fn declare_template(
    loaded: &mut Loaded,
    file: &TextFile,
    plan: &Plan,
    options: &TemplateOptions,
    origin: &Origin,
) {
    let mut template = Template::new(Identity {
        id: file.name.to_string(),
        name: Some(file.name.to_string()),
        account: options.account.clone(),
        region: options.region.clone(),
        ..Identity::default()
    });
    let is_plan = plan.planned_values.is_some();
    template.format = if is_plan { "terraform-plan" } else { "terraform-state" }.to_owned();
    template.path = file.name.to_string();
    let reference = loaded.snapshot.model.insert(template);
    loaded.snapshot.origins.insert(
        &reference,
        ResourceOrigin { resource: origin.clone(), attributes: BTreeMap::new() },
    );
}
