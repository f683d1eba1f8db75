//! Terraform plans and states, as `terraform show -json` prints them.
//!
//! Source: the Terraform documentation, "JSON output format".

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Loaded, TemplateOptions, TextFile, declare_deployment, default_resources, yield_deployment,
};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Coverage, CoverageStatus, Gap, Identity, Model, Origin, Reason, ResourceOrigin, Snapshot, Span,
    Template,
};

mod configuration;
mod instance;
mod place;
mod plan;
mod resource;
mod source;
mod source_json;
#[cfg(test)]
mod tests;
mod values;

use plan::Plan;

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
    let mut options = options.clone();
    options.region = options.region.or_else(|| plan.region());
    options.account = options.account.or_else(|| plan.account());
    let origin = file_origin(&file.name);
    declare_deployment(&mut loaded.snapshot, &options, &origin, "a Terraform plan");
    declare_template(&mut loaded, file, plan, &options, &origin);
    report_parts(file, plan, &mut loaded);
    let sources = source::Sources::find(file, &options, plan);
    let instances = instance::of(plan, file);
    let scope = configuration::Scope::new(plan, &instances);
    let declared: Vec<resource::Declared<'_>> = instances
        .iter()
        .filter(|instance| instance.managed || resource::is_looked_up(instance.kind))
        .map(|instance| resource::Declared::new(instance, &scope, &sources, file, &options))
        .collect();
    for one in &declared {
        resource::read(one, resource::Phase::Alone, &mut loaded.snapshot);
    }
    let mut loaded = over(base, loaded);
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

/// Tells of what the plan does not show, and leaves it open.
fn report_parts(file: &TextFile, plan: &Plan, loaded: &mut Loaded) {
    let misshapen = plan.misshapen();
    let some_are = !misshapen.is_empty();
    for message in misshapen {
        loaded.diagnostics.push(
            Diagnostic::error(message)
                .in_file(file.name.as_ref())
                .help("write it again with `terraform show -json PLAN > plan.json`"),
        );
    }
    let why = match plan.missing_part() {
        Some(why) => {
            let message = format!("the plan may lack resources: {why}");
            let diagnostic = if plan.errored {
                Diagnostic::error(message)
            } else {
                Diagnostic::warning(message)
            };
            loaded.diagnostics.push(
                diagnostic
                    .in_file(file.name.as_ref())
                    .help("plan the whole configuration, and scan that plan"),
            );
            why
        }
        None if some_are => "not all of its resources can be read",
        None => return,
    };
    // What the file and the deployment are is seen.
    const SEEN: &[&str] = &["accounts", "regions", "templates"];
    for collection in Model::COLLECTIONS.iter().filter(|name| !SEEN.contains(name)) {
        loaded.snapshot.gaps.insert(Gap {
            collection: (*collection).to_owned(),
            id: None,
            path: String::new(),
            account: None,
            region: None,
            reason: Reason::Unresolvable {
                expression: "the rest of the plan".to_owned(),
                detail: why.to_owned(),
            },
        });
    }
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
    let plan: Plan = serde_json::from_str(&file.text).map_err(|error| {
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
        let message = if plan.lineage.is_some() {
            "this is Terraform's own state file, not its JSON output"
        } else {
            "the file has neither planned values nor a state's values"
        };
        return Err(Box::new(
            Diagnostic::error(message)
                .at(at(1, 1))
                .help("run `terraform show -json` and scan what it prints"),
        ));
    }
    Ok(plan)
}

fn file_origin(name: &Arc<str>) -> Origin {
    Origin::Plan {
        file: name.clone(),
        address: String::new(),
        span: Some(Span {
            file: name.clone(),
            start_line: 1,
            start_column: 1,
            end_line: 1,
            end_column: 2,
        }),
    }
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
