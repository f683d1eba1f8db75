//! CloudFormation templates, CDK output among them.
//!
//! Source: the AWS CloudFormation user guide, "Template reference".

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::detect::{self, Kind};
use super::files;
use super::node::Node;
use super::{Loaded, TemplateOptions, TextFile, declare_deployment, yaml};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Coverage, CoverageStatus, Identity, Origin, ResourceOrigin, ResourceRef, Snapshot, Span,
    Template,
};

mod assembly;
mod condition;
mod foreach;
mod intrinsic;
mod parameter;
mod resource;
mod stack;

use stack::{Exports, Stack};

/// How deep stacks may nest.
const MOST_NESTED: usize = 16;

/// Reads templates, all of a run together, so that what one stack exports
/// another can import.
pub fn read(found: &[TextFile], options: &TemplateOptions) -> Loaded {
    read_over(Snapshot::default(), found, options)
}

/// Reads templates and lays them over what is known already, such as a snapshot
/// of the account that they will change: rules, routes and policies that they
/// declare for a resource of `base` are added to that one.
pub fn read_over(base: Snapshot, found: &[TextFile], options: &TemplateOptions) -> Loaded {
    let mut loaded = Loaded { snapshot: base, ..Loaded::default() };
    let mut roots: Vec<Root> = Vec::new();
    for file in found {
        if detect::kind(&file.text) == Kind::CloudAssembly {
            roots.extend(assembly::roots(file, options, &mut loaded.diagnostics));
        } else {
            let name = file.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            roots.push(Root {
                file: file.clone(),
                stack: stack_name(name.as_deref().unwrap_or("stack")),
                options: options.clone(),
            });
        }
    }
    make_unique(&mut roots);
    forget(&mut loaded.snapshot, &roots);
    let parameters = parameter::Given::read(options, &mut loaded.diagnostics);
    let parsed: Vec<(Root, std::rc::Rc<yaml::Yaml>)> = roots
        .into_iter()
        .filter_map(|root| {
            let (root, document) = parse(root, &mut loaded)?;
            Some((root, document))
        })
        .collect();
    // Exports first; those that rest on imports of their own take another turn.
    let mut exports = Exports::new();
    for _ in 0..3 {
        let before = exports.clone();
        for (root, document) in &parsed {
            let mut silent = Vec::new();
            let stack = Stack::new(root, document, &parameters, &before, &mut silent);
            exports.extend(stack.exports());
        }
        if exports == before {
            break;
        }
    }
    for (root, document) in &parsed {
        read_stack(root, document, &parameters, &exports, &mut Vec::new(), &mut loaded);
    }
    loaded
}

/// Drops what was not known of resources that the templates declare anew, and
/// where they stood.
fn forget(base: &mut Snapshot, roots: &[Root]) {
    let stacks: Vec<String> = roots.iter().map(|root| format!("{}/", root.stack)).collect();
    let is_anew = |id: &str| stacks.iter().any(|stack| id.starts_with(stack.as_str()));
    base.gaps.retain(|gap| !gap.id.as_deref().is_some_and(is_anew));
    base.origins.retain(|_, id| !is_anew(id));
}

/// A template that is a stack of its own.
#[derive(Debug, Clone)]
struct Root {
    file: TextFile,
    stack: String,
    options: TemplateOptions,
}

fn stack_name(stem: &str) -> String {
    stem.trim_end_matches(".template").to_owned()
}

/// Tells stacks of the same name apart by their directory, else by number.
fn make_unique(roots: &mut [Root]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for root in roots {
        let count = seen.entry(root.stack.clone()).or_default();
        *count += 1;
        if *count > 1 {
            let directory = root.file.path.parent().and_then(Path::file_name);
            root.stack = match directory {
                Some(directory) => {
                    format!("{}-{}-{count}", directory.to_string_lossy(), root.stack)
                }
                None => format!("{}-{count}", root.stack),
            };
        }
    }
}

fn parse(root: Root, loaded: &mut Loaded) -> Option<(Root, std::rc::Rc<yaml::Yaml>)> {
    let coverage = |status, detail| Coverage {
        account: None,
        region: None,
        subject: root.file.name.to_string(),
        status,
        calls: 1,
        failed: u64::from(status != CoverageStatus::Collected),
        detail,
    };
    match yaml::parse(&root.file.name, &root.file.text, &mut loaded.diagnostics) {
        Ok(document) => {
            loaded.snapshot.coverage.insert(coverage(CoverageStatus::Collected, None));
            Some((root, document))
        }
        Err(diagnostic) => {
            let detail = Some(diagnostic.message.clone());
            loaded.snapshot.coverage.insert(coverage(CoverageStatus::Failed, detail));
            loaded.diagnostics.push(*diagnostic);
            None
        }
    }
}

/// Reads one stack and the stacks nested in it; gives its outputs.
fn read_stack(
    root: &Root,
    document: &yaml::Yaml,
    parameters: &parameter::Given,
    exports: &Exports,
    above: &mut Vec<PathBuf>,
    loaded: &mut Loaded,
) -> BTreeMap<String, Node> {
    let origin = Origin::File { span: document.span.clone() };
    if document.get("Resources").is_none() {
        loaded.diagnostics.push(
            Diagnostic::error("the template has no Resources")
                .at(first_line(&root.file.name))
                .help("a CloudFormation template declares its resources under Resources"),
        );
        return BTreeMap::new();
    }
    declare_deployment(&mut loaded.snapshot, &root.options, &origin, "a CloudFormation template");
    declare_template(&mut loaded.snapshot, root, &origin);
    let mut stack = Stack::new(root, document, parameters, exports, &mut loaded.diagnostics);
    stack.declare_parameters(&mut loaded.snapshot);
    above.push(root.file.path.clone());
    for nested in stack.nested() {
        let outputs = read_nested(root, &nested, exports, above, loaded);
        stack.set_outputs(&nested.logical, outputs);
    }
    above.pop();
    stack.read_resources(&mut loaded.snapshot, &mut loaded.diagnostics);
    stack.outputs()
}

fn read_nested(
    root: &Root,
    nested: &stack::Nested,
    exports: &Exports,
    above: &mut Vec<PathBuf>,
    loaded: &mut Loaded,
) -> BTreeMap<String, Node> {
    let mut fail = |message: String, help: &str| {
        loaded.diagnostics.push(Diagnostic::error(message).at(nested.span.clone()).help(help));
        BTreeMap::new()
    };
    let Some(url) = nested.template.as_deref().filter(|url| !url.contains("://")) else {
        loaded.diagnostics.push(
            Diagnostic::warning(format!(
                "the nested stack {} is not on disk and was not read",
                nested.logical
            ))
            .at(nested.span.clone())
            .help(
                "scan the template before `aws cloudformation package`, or name the nested one too",
            ),
        );
        return BTreeMap::new();
    };
    let directory = root.file.path.parent().unwrap_or(Path::new(""));
    let path = directory.join(url);
    if above.iter().any(|known| same_file(known, &path)) {
        return fail(
            format!("the nested stack {} includes itself through {url}", nested.logical),
            "break the cycle",
        );
    }
    if above.len() >= MOST_NESTED {
        return fail(format!("stacks nest deeper than {MOST_NESTED} levels"), "flatten them");
    }
    let file = match files::text_of(&path, files::LARGEST_FILE) {
        Ok(file) => file,
        Err(diagnostic) => {
            let message =
                format!("the nested template {url} of {} {}", nested.logical, diagnostic.message);
            return fail(message, "check its TemplateURL");
        }
    };
    let child = Root {
        file,
        stack: format!("{}/{}", root.stack, nested.logical),
        options: root.options.clone(),
    };
    match parse(child, loaded) {
        Some((child, document)) => {
            let given = parameter::Given::of_parent(&nested.parameters);
            read_stack(&child, &document, &given, exports, above, loaded)
        }
        None => BTreeMap::new(),
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn declare_template(snapshot: &mut Snapshot, root: &Root, origin: &Origin) {
    let mut template = Template::new(Identity {
        id: root.file.name.to_string(),
        name: Some(root.file.name.to_string()),
        account: root.options.account.clone(),
        region: root.options.region.clone(),
        ..Identity::default()
    });
    template.format = "cloudformation".to_owned();
    template.path = root.file.name.to_string();
    let reference = snapshot.model.insert(template);
    snapshot.origins.insert(
        &reference,
        ResourceOrigin { resource: origin.clone(), attributes: BTreeMap::new() },
    );
}

/// The `templates` resource of a file.
fn template_of(file: &Arc<str>) -> ResourceRef {
    ResourceRef::new("templates", file.as_ref())
}

fn first_line(file: &Arc<str>) -> Span {
    Span { file: file.clone(), start_line: 1, start_column: 1, end_line: 1, end_column: 2 }
}
