//! One stack: its sections, and its resources in order.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::intrinsic::Scope;
use super::parameter::{self, Given};
use super::resource::{self, Declared};
use super::yaml::{Key, Yaml};
use super::{Root, foreach, template_of};
use crate::diagnostic::Diagnostic;
use crate::model::snapshot::InlineWaiver;
use crate::model::{Origin, Reason, ResourceRef, Snapshot, Span};
use crate::source::draft::Draft;
use crate::source::node::{Node, Value};

/// What stacks export, by name.
pub(super) type Exports = BTreeMap<String, Node>;

/// A stack of a template.
pub(super) struct Stack<'a, 'y> {
    root: &'a Root,
    document: &'y Yaml,
    scope: Scope<'a, 'y>,
    /// Resources with loops written out.
    resources: Vec<(Key, Rc<Yaml>)>,
}

/// A stack nested in another.
pub(super) struct Nested {
    /// Its logical id.
    pub logical: String,
    /// Its `TemplateURL`, where known.
    pub template: Option<String>,
    /// Its `Parameters`.
    pub parameters: Node,
    /// Where it is declared.
    pub span: Span,
}

impl<'a, 'y> Stack<'a, 'y> {
    /// Evaluates the sections that resources rest on.
    pub(super) fn new(
        root: &'a Root,
        document: &'y Yaml,
        given: &Given,
        exports: &'a Exports,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let section = |name: &str| document.get(name).map(Rc::as_ref);
        let mut scope = Scope {
            stack: &root.stack,
            parameters: BTreeMap::new(),
            mappings: section("Mappings"),
            conditions: HashMap::new(),
            truths: RefCell::default(),
            pending: RefCell::default(),
            types: BTreeMap::new(),
            outputs: BTreeMap::new(),
            exports,
            options: &root.options,
        };
        for (key, declaration) in section("Parameters").map(Yaml::entries).unwrap_or_default() {
            scope
                .parameters
                .insert(key.name.clone(), parameter::value(&key.name, declaration, given));
        }
        for (key, expression) in section("Conditions").map(Yaml::entries).unwrap_or_default() {
            scope.conditions.insert(&key.name, expression);
        }
        let resources = section("Resources")
            .map(|section| foreach::entries(section, &scope))
            .unwrap_or_default();
        for (key, declaration) in &resources {
            match declaration.get("Type").and_then(|kind| kind.text()) {
                Some(kind) => {
                    scope.types.insert(key.name.clone(), kind.to_owned());
                }
                None => diagnostics.push(
                    Diagnostic::error(format!("the resource {} has no Type", key.name))
                        .at(key.span.clone())
                        .help("every resource names its type, such as AWS::EC2::VPC"),
                ),
            }
        }
        Self { root, document, scope, resources }
    }

    /// What the stack exports.
    pub(super) fn exports(&self) -> Exports {
        let outputs =
            self.document.get("Outputs").map(|outputs| foreach::entries(outputs, &self.scope));
        let mut found = Exports::new();
        for (_, output) in outputs.unwrap_or_default() {
            let name = output.get("Export").and_then(|export| export.get("Name"));
            let (Some(name), Some(value)) = (name, output.get("Value")) else { continue };
            if let Some(name) = self.scope.evaluate(name).text() {
                found.insert(name, self.scope.evaluate(value));
            }
        }
        found
    }

    /// The stack's outputs.
    pub(super) fn outputs(&self) -> BTreeMap<String, Node> {
        let Some(outputs) = self.document.get("Outputs") else { return BTreeMap::new() };
        foreach::entries(outputs, &self.scope)
            .iter()
            .filter_map(|(key, output)| {
                Some((key.name.clone(), self.scope.evaluate(output.get("Value")?)))
            })
            .collect()
    }

    /// The stacks nested in this one.
    pub(super) fn nested(&self) -> Vec<Nested> {
        self.resources
            .iter()
            .filter(|(key, _)| {
                self.scope
                    .types
                    .get(&key.name)
                    .is_some_and(|kind| kind == "AWS::CloudFormation::Stack")
            })
            .filter(|(_, declaration)| self.exists(declaration) != Some(false))
            .map(|(key, declaration)| {
                let properties = declaration
                    .get("Properties")
                    .map(|properties| self.scope.evaluate(properties))
                    .unwrap_or_else(|| Node::new(Value::Absent));
                // `cdk.out` and `cloudformation package` keep the local file here.
                let asset = declaration
                    .get("Metadata")
                    .and_then(|metadata| metadata.get("aws:asset:path"))
                    .and_then(|path| path.text())
                    .map(str::to_owned);
                Nested {
                    logical: key.name.clone(),
                    template: asset.or_else(|| properties.get("TemplateURL").and_then(Node::text)),
                    parameters: properties
                        .get("Parameters")
                        .cloned()
                        .unwrap_or_else(|| Node::new(Value::Absent)),
                    span: key.span.clone(),
                }
            })
            .collect()
    }

    /// Gives the outputs of a nested stack.
    pub(super) fn set_outputs(&mut self, logical: &str, outputs: BTreeMap<String, Node>) {
        if !outputs.is_empty() {
            self.scope.outputs.insert(logical.to_owned(), outputs);
        }
    }

    /// Whether a resource's condition lets it exist.
    fn exists(&self, declaration: &Yaml) -> Option<bool> {
        match declaration.get("Condition").and_then(|name| name.text()) {
            Some(name) => self.scope.condition(name),
            None => Some(true),
        }
    }

    /// Records literal defaults of parameters that take a credential.
    pub(super) fn declare_parameters(&self, snapshot: &mut Snapshot) {
        let Some(parameters) = self.document.get("Parameters") else { return };
        for (key, declaration) in parameters.entries() {
            let hidden = declaration
                .get("NoEcho")
                .and_then(|value| value.text())
                .is_some_and(|text| text.eq_ignore_ascii_case("true"));
            let Some(default) = declaration.get("Default") else { continue };
            let named = crate::model::secret::credential_reason(&key.name, "value").is_some();
            if !(hidden || named) || default.text().is_none_or(str::is_empty) {
                continue;
            }
            let node = Node::at(
                Value::Text(default.text().unwrap_or_default().to_owned()),
                Some(Origin::File { span: default.span.clone() }),
            );
            // NoEcho says that it is one, whatever its name.
            let name = if hidden { "password" } else { &key.name };
            resource::declare_credential(snapshot, self.root, &key.name, "Default", name, &node);
        }
    }

    /// Maps the resources into the model: those that stand alone first, then
    /// those that add to others.
    pub(super) fn read_resources(
        &self,
        snapshot: &mut Snapshot,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        self.report_cycles(diagnostics);
        let mut declared = Vec::new();
        for (key, declaration) in &self.resources {
            let Some(kind) = self.scope.types.get(&key.name) else { continue };
            let exists = self.exists(declaration);
            if exists == Some(false) {
                continue;
            }
            let properties = declaration
                .get("Properties")
                .map(|properties| self.scope.evaluate(properties))
                .unwrap_or_else(|| {
                    Node::at(Value::Map(Vec::new()), Some(Origin::File { span: key.span.clone() }))
                });
            let span = Span {
                end_line: key.span.end_line,
                end_column: key.span.end_column,
                ..key.span.clone()
            };
            declared.push(Declared {
                id: self.scope.key(&key.name),
                logical: key.name.clone(),
                kind: kind.clone(),
                properties,
                origin: Origin::File { span },
                certain: exists == Some(true),
                root: self.root,
            });
            let collection = resource::collection_of(kind);
            if let Some(collection) = collection {
                self.waivers(&key.name, collection, declaration, snapshot);
            }
        }
        for phase in [resource::Phase::Alone, resource::Phase::Adding] {
            for one in &declared {
                resource::read(one, phase, snapshot);
            }
        }
        for one in &declared {
            if let (false, Some(collection)) = (one.certain, resource::collection_of(&one.kind)) {
                let reference = ResourceRef::new(collection, &one.id);
                let reason = Reason::Unresolvable {
                    expression: format!("the condition of {}", one.logical),
                    detail: "it rests on parameters without a value".to_owned(),
                };
                Draft::new(snapshot, reference, one.origin.clone(), [0; 32]).gap("", reason);
            }
        }
    }

    /// Waivers that a resource carries in its `Metadata`:
    /// `audit: {waivers: [{control, reason, expires}]}`.
    fn waivers(
        &self,
        logical: &str,
        collection: &str,
        declaration: &Yaml,
        snapshot: &mut Snapshot,
    ) {
        let waivers = declaration
            .get("Metadata")
            .and_then(|metadata| metadata.get("audit"))
            .and_then(|audit| audit.get("waivers"));
        for waiver in waivers.map(|waivers| waivers.items()).unwrap_or_default() {
            let text =
                |key: &str| waiver.get(key).and_then(|value| value.text()).map(str::to_owned);
            snapshot.inline_waivers.push(InlineWaiver {
                resource: ResourceRef::new(collection, self.scope.key(logical)),
                control: text("control").unwrap_or_default(),
                reason: text("reason").unwrap_or_default(),
                expires: text("expires"),
                origin: Some(Origin::File { span: waiver.span.clone() }),
            });
        }
    }

    /// Resources that refer to each other in a circle cannot be deployed.
    fn report_cycles(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut edges: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (key, declaration) in &self.resources {
            let mut names = BTreeSet::new();
            if let Some(properties) = declaration.get("Properties") {
                references(properties, &self.scope, &mut names);
            }
            names.retain(|name| self.scope.types.contains_key(name));
            edges.insert(&key.name, names);
        }
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for (key, _) in &self.resources {
            if let Some(cycle) = cycle_from(&key.name, &edges, &mut done) {
                diagnostics.push(
                    Diagnostic::error(format!(
                        "resources refer to each other in a circle: {}",
                        cycle.join(" → ")
                    ))
                    .at(key.span.clone())
                    .help("move one reference into a resource of its own, such as a security-group rule"),
                );
            }
        }
    }
}

/// The logical ids that an expression refers to.
fn references(expression: &Yaml, scope: &Scope<'_, '_>, names: &mut BTreeSet<String>) {
    if let Some((function, argument)) = scope.function(expression) {
        match (function.as_str(), argument.text(), argument.items()) {
            ("Ref", Some(name), _) => {
                names.insert(name.to_owned());
            }
            ("Fn::GetAtt", Some(text), _) => {
                names.extend(text.split('.').next().map(str::to_owned));
            }
            ("Fn::GetAtt", None, [logical, ..]) => {
                names.extend(logical.text().map(str::to_owned));
            }
            _ => {}
        }
    }
    for (_, value) in expression.entries() {
        references(value, scope, names);
    }
    for item in expression.items() {
        references(item, scope, names);
    }
}

/// A circle that begins at `start`, if there is one; what was searched is
/// noted in `done`.
fn cycle_from<'e>(
    start: &'e str,
    edges: &'e BTreeMap<&str, BTreeSet<String>>,
    done: &mut BTreeSet<&'e str>,
) -> Option<Vec<String>> {
    let mut path: Vec<(&str, Vec<&str>)> = Vec::new();
    let next = |name: &str| -> Vec<&'e str> {
        edges.get(name).into_iter().flatten().map(String::as_str).collect()
    };
    if done.insert(start) {
        path.push((start, next(start)));
    }
    while let Some((_, remaining)) = path.last_mut() {
        let Some(name) = remaining.pop() else {
            path.pop();
            continue;
        };
        if let Some(from) = path.iter().position(|(on_path, _)| *on_path == name) {
            let circle = path.iter().skip(from).map(|(on_path, _)| *on_path);
            return Some(circle.chain([name]).map(str::to_owned).collect());
        }
        if done.insert(name) {
            path.push((name, next(name)));
        }
    }
    None
}

/// Records a template's credential; see [`resource::declare_credential`].
pub(super) fn template_reference(root: &Root) -> ResourceRef {
    template_of(&root.file.name)
}
