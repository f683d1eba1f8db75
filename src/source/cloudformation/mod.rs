//! CloudFormation templates, CDK output among them.
//!
//! Source: the AWS CloudFormation user guide, "Template reference".

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::detect::{self, Kind};
use super::files;
use super::node::Node;
use super::{Loaded, TemplateOptions, TextFile, declare_deployment, yaml};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Coverage, CoverageStatus, Gap, Identity, Origin, Reason, ResourceOrigin, ResourceRef, Snapshot,
    Span, Template,
};

mod assembly;
mod condition;
mod constraint;
mod foreach;
mod intrinsic;
mod parameter;
mod resource;
mod stack;
#[cfg(test)]
mod tests;

use resource::Phase;
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
    let given = parameter::Given::read(options, &mut loaded.diagnostics);
    let parsed: Vec<(Root, Rc<yaml::Yaml>)> =
        roots.into_iter().filter_map(|root| parse(root, &mut loaded)).collect();
    report_unknown_parameters(&given, &parsed, &mut loaded.diagnostics);
    let parsed = alone(parsed, &given);
    read_all(&parsed, &given, loaded)
}

/// Reads parsed templates: what they export first, then their resources.
fn read_all(parsed: &[(Root, Rc<yaml::Yaml>)], given: &parameter::Given, loaded: Loaded) -> Loaded {
    let mut exports = Exports::new();
    let imports = |(root, _): &(Root, _)| root.file.text.contains("ImportValue");
    let nests = |(root, _): &(Root, _)| NESTING.iter().any(|kind| root.file.text.contains(kind));
    if parsed.iter().any(imports) || parsed.iter().any(nests) {
        // Exports that rest on imports of their own take another turn.
        for _ in 0..=parsed.len() {
            let mut reader = Reader::new(&exports, &[]);
            for (root, document) in parsed {
                reader.stack(root, document, &given.for_stack(&root.options.parameters));
            }
            let found = reader.exported;
            if found == exports {
                break;
            }
            exports = found;
        }
    }
    // What one stack adds to a resource of another needs that one first.
    let passes: &[&[Phase]] = match parsed.len() > 1 || parsed.iter().any(nests) {
        true => &[&[Phase::Alone], &[Phase::Adding]],
        false => &[&[Phase::Alone, Phase::Adding]],
    };
    let mut reader = Reader { loaded, ..Reader::new(&exports, &[]) };
    for phases in passes {
        reader.phases = phases;
        let mut told = std::mem::take(&mut reader.loaded.diagnostics);
        for (root, document) in parsed {
            reader.stack(root, document, &given.for_stack(&root.options.parameters));
        }
        // The second turn tells much that the first has told.
        let known: BTreeSet<Diagnostic> = told.iter().cloned().collect();
        let new = reader.loaded.diagnostics.drain(..).filter(|one| !known.contains(one));
        told.extend(new);
        reader.loaded.diagnostics = told;
    }
    resource::record(reader.unplaced, &mut reader.loaded.snapshot);
    reader.loaded
}

/// The types that hold a template of their own.
const NESTING: &[&str] = &["AWS::CloudFormation::Stack", "AWS::Serverless::Application"];

/// A value that was given for a parameter that no template has.
fn report_unknown_parameters(
    given: &parameter::Given,
    parsed: &[(Root, Rc<yaml::Yaml>)],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for name in given.names() {
        let declares = |(_, document): &(Root, Rc<yaml::Yaml>)| {
            document.get("Parameters").is_some_and(|section| section.get(name).is_some())
        };
        if !parsed.is_empty() && !parsed.iter().any(declares) {
            diagnostics.push(
                Diagnostic::error(format!("no template declares the parameter {name}"))
                    .help("check the spelling of --parameter, or the parameters file"),
            );
        }
    }
}

/// Leaves out templates that another one nests: they are read there, with the
/// parameters that it passes.
fn alone(
    parsed: Vec<(Root, Rc<yaml::Yaml>)>,
    given: &parameter::Given,
) -> Vec<(Root, Rc<yaml::Yaml>)> {
    let index: BTreeMap<PathBuf, usize> = parsed
        .iter()
        .enumerate()
        .filter_map(|(index, (root, _))| Some((root.file.path.canonicalize().ok()?, index)))
        .collect();
    let exports = Exports::new();
    let nested: Vec<Vec<usize>> = parsed
        .iter()
        .map(|(root, document)| {
            if !NESTING.iter().any(|kind| root.file.text.contains(kind)) {
                return Vec::new();
            }
            let given = given.for_stack(&root.options.parameters);
            let stack = Stack::new(root, document, &given, &exports, &mut Vec::new());
            stack
                .nested()
                .iter()
                .filter_map(|nested| on_disk(root, nested)?.canonicalize().ok())
                .filter_map(|path| index.get(&path).copied())
                .collect()
        })
        .collect();
    let reaches = |from: usize, to: usize| {
        let (mut open, mut seen) = (nested[from].clone(), vec![false; nested.len()]);
        while let Some(next) = open.pop() {
            if next == to {
                return true;
            }
            if !std::mem::replace(&mut seen[next], true) {
                open.extend(&nested[next]);
            }
        }
        false
    };
    // Of templates that nest each other in a circle, all stay, to be reported.
    let kept: Vec<bool> = (0..parsed.len())
        .map(|one| {
            !(0..parsed.len())
                .any(|other| other != one && nested[other].contains(&one) && !reaches(one, other))
        })
        .collect();
    parsed.into_iter().zip(kept).filter_map(|(one, kept)| kept.then_some(one)).collect()
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

fn parse(root: Root, loaded: &mut Loaded) -> Option<(Root, Rc<yaml::Yaml>)> {
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
            report_json(&root.file, &mut loaded.diagnostics);
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

/// The file of a nested stack, where its template is on disk.
fn on_disk(root: &Root, nested: &stack::Nested) -> Option<PathBuf> {
    let url = nested.template.as_deref().filter(|url| !url.contains("://"))?;
    Some(root.file.path.parent().unwrap_or(Path::new("")).join(url))
}

/// Reads stacks one after the other.
struct Reader<'a> {
    exports: &'a Exports,
    /// The phases that are read; none for exports alone.
    phases: &'a [Phase],
    /// What the stacks that were read export.
    exported: Exports,
    /// The templates that the current one is nested in, and itself.
    above: Vec<PathBuf>,
    unplaced: Vec<resource::Unplaced>,
    loaded: Loaded,
}

impl<'a> Reader<'a> {
    fn new(exports: &'a Exports, phases: &'a [Phase]) -> Self {
        Self {
            exports,
            phases,
            exported: Exports::new(),
            above: Vec::new(),
            unplaced: Vec::new(),
            loaded: Loaded::default(),
        }
    }

    /// Reads one stack and the stacks nested in it; gives its outputs.
    fn stack(
        &mut self,
        root: &Root,
        document: &Rc<yaml::Yaml>,
        given: &parameter::Given,
    ) -> BTreeMap<String, Node> {
        let loaded = &mut self.loaded;
        let origin = Origin::File { span: document.span.clone() };
        let wrong = match document.get("Resources") {
            None => Some(("the template has no Resources", first_line(&root.file.name))),
            Some(resources) if !matches!(resources.value, yaml::YamlValue::Mapping(_)) => {
                Some(("Resources is no map of resources by name", resources.span.clone()))
            }
            Some(_) => None,
        };
        if let Some((message, span)) = wrong {
            loaded.diagnostics.push(
                Diagnostic::error(message)
                    .at(span)
                    .help("a CloudFormation template declares its resources under Resources"),
            );
            return BTreeMap::new();
        }
        report_sections(document, &mut loaded.diagnostics);
        let mut stack = Stack::new(root, document, given, self.exports, &mut loaded.diagnostics);
        if self.phases.contains(&Phase::Alone) {
            let what = "a CloudFormation template";
            declare_deployment(&mut loaded.snapshot, &root.options, &origin, what);
            declare_template(&mut loaded.snapshot, root, &origin);
            stack.declare_parameters(&mut loaded.snapshot);
        }
        self.above.push(root.file.path.clone());
        for nested in stack.nested() {
            let outputs = self.nested(root, &nested);
            stack.set_outputs(&nested.logical, outputs);
        }
        self.above.pop();
        if !self.phases.is_empty() {
            let loaded = &mut self.loaded;
            let unplaced =
                stack.read_resources(self.phases, &mut loaded.snapshot, &mut loaded.diagnostics);
            self.unplaced.extend(unplaced);
        }
        self.exported.extend(stack.exports());
        stack.outputs()
    }

    fn nested(&mut self, root: &Root, nested: &stack::Nested) -> BTreeMap<String, Node> {
        let mut fail = |message: String, help: &str| {
            let diagnostic = Diagnostic::error(message).at(nested.span.clone()).help(help);
            self.loaded.diagnostics.push(diagnostic);
            BTreeMap::new()
        };
        let (Some(path), Some(url)) = (on_disk(root, nested), nested.template.as_deref()) else {
            self.loaded.diagnostics.push(
                Diagnostic::warning(format!(
                    "the nested stack {} is not on disk and was not read",
                    nested.logical
                ))
                .at(nested.span.clone())
                .help(
                    "scan the template before `aws cloudformation package`, or name the nested one too",
                ),
            );
            let expression = format!("the nested stack {}", nested.logical);
            let detail = "its template is not on disk";
            self.unplaced.extend(resource::of_unseen(&expression, detail, root));
            return BTreeMap::new();
        };
        if self.above.iter().any(|known| same_file(known, &path)) {
            return fail(
                format!("the nested stack {} includes itself through {url}", nested.logical),
                "break the cycle",
            );
        }
        if self.above.len() >= MOST_NESTED {
            return fail(format!("stacks nest deeper than {MOST_NESTED} levels"), "flatten them");
        }
        let file = match files::text_of(&path, files::LARGEST_FILE) {
            Ok(file) => file,
            Err(diagnostic) => {
                let message = format!(
                    "the nested template {url} of {} {}",
                    nested.logical, diagnostic.message
                );
                return fail(message, "check its TemplateURL");
            }
        };
        let child = Root {
            file,
            stack: format!("{}/{}", root.stack, nested.logical),
            options: root.options.clone(),
        };
        let given = parameter::Given::of_parent(&nested.parameters);
        match parse(child, &mut self.loaded) {
            Some((child, document)) if nested.exists.is_none() => {
                self.undecided(&child, &document, &given, &nested.logical)
            }
            Some((child, document)) => self.stack(&child, &document, &given),
            None => BTreeMap::new(),
        }
    }

    /// A nested stack that may not be there, and with it nothing that it holds.
    fn undecided(
        &mut self,
        child: &Root,
        document: &Rc<yaml::Yaml>,
        given: &parameter::Given,
        logical: &str,
    ) -> BTreeMap<String, Node> {
        let before = self.loaded.snapshot.model.clone();
        let outputs = self.stack(child, document, given);
        let snapshot = &mut self.loaded.snapshot;
        for change in super::difference::between(&before, &snapshot.model) {
            snapshot.gaps.insert(Gap {
                collection: change.resource.collection,
                id: Some(change.resource.id),
                path: change.path,
                account: child.options.account.clone(),
                region: child.options.region.clone(),
                reason: Reason::Unresolvable {
                    expression: format!("the condition of the nested stack {logical}"),
                    detail: "it rests on values that are not known before deployment".to_owned(),
                },
            });
        }
        outputs
    }
}

/// Sections that are no maps, from which nothing can be read.
fn report_sections(document: &yaml::Yaml, diagnostics: &mut Vec<Diagnostic>) {
    for name in ["Parameters", "Mappings", "Conditions", "Outputs"] {
        let Some(section) = document.get(name) else { continue };
        // An empty one is harmless.
        if !matches!(section.value, yaml::YamlValue::Mapping(_)) && !section.is_null() {
            diagnostics.push(
                Diagnostic::error(format!("{name} is no map"))
                    .at(section.span.clone())
                    .help("write names with what each declares"),
            );
        }
    }
}

/// JSON that YAML's wider syntax reads, but CloudFormation does not.
fn report_json(file: &TextFile, diagnostics: &mut Vec<Diagnostic>) {
    if file.path.extension().is_none_or(|ending| ending != "json") {
        return;
    }
    let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&file.text) else { return };
    let message = error.to_string();
    if message.starts_with("recursion limit") {
        return;
    }
    let number = |value: usize| u32::try_from(value.max(1)).unwrap_or(u32::MAX);
    let (line, column) = (number(error.line()), number(error.column()));
    let reason = message.split(" at line ").next().unwrap_or_default();
    diagnostics.push(
        Diagnostic::error(format!("the file is no JSON, though YAML: {reason}"))
            .at(Span {
                file: file.name.clone(),
                start_line: line,
                start_column: column,
                end_line: line,
                end_column: column.saturating_add(1),
            })
            .help("mend the syntax at this place"),
    );
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
