//! One stack: its sections, and its resources in order.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::foreach::Unrolled;
use super::intrinsic::Scope;
use super::parameter::{self, Given};
use super::resource::{self, Declared, Phase, Unplaced};
use super::yaml::{Key, Yaml};
use super::{Root, foreach, template_of};
use crate::diagnostic::Diagnostic;
use crate::model::snapshot::InlineWaiver;
use crate::model::{Gap, Origin, Reason, ResourceRef, Snapshot, Span};
use crate::source::node::{Node, Value};
use crate::source::{default_resources, difference};

/// Why what a macro does is not known.
const NOT_RUN: &str = "it is not run";

/// AWS's macros that add nothing that is not seen: the language extensions are
/// evaluated, what SAM makes is told of each of its resources, and a hook for
/// deployments is no resource. `AWS::Include` and `AWS::SecretsManager`, which
/// makes functions that rotate, add some.
///
/// Source: CloudFormation template reference, "Transform reference".
const ADDS_NOTHING: &[&str] =
    &["AWS::LanguageExtensions", "AWS::Serverless-", "AWS::CodeDeployBlueGreen"];

/// What stacks export, by name.
pub(super) type Exports = BTreeMap<String, Node>;

/// A stack of a template.
pub(super) struct Stack<'a> {
    root: &'a Root,
    document: Rc<Yaml>,
    scope: Scope<'a>,
    /// Resources with loops written out.
    resources: Vec<(Key, Rc<Yaml>)>,
    /// Loops of resources that could not be.
    unrolled: Vec<Unrolled>,
    /// Macros that add to the resources, or make one.
    transformed: Vec<Key>,
}

/// A stack nested in another.
pub(super) struct Nested {
    /// Its logical id.
    pub logical: String,
    /// Its `TemplateURL`, where known.
    pub template: Option<String>,
    /// Its `Parameters`.
    pub parameters: Node,
    /// Whether its condition lets it exist; `None` if that is not known.
    pub exists: Option<bool>,
    /// Where it is declared.
    pub span: Span,
}

impl<'a> Stack<'a> {
    /// Evaluates the sections that resources rest on.
    pub(super) fn new(
        root: &'a Root,
        document: &Rc<Yaml>,
        given: &Given,
        exports: &'a Exports,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let section = |name: &str| document.get(name);
        let mut scope = Scope::new(root, section("Mappings").cloned(), exports);
        for (key, declaration) in section("Parameters").map(|s| s.entries()).unwrap_or_default() {
            let parameter = parameter::read(&key.name, declaration, given, diagnostics);
            scope.parameters.insert(key.name.clone(), parameter.value);
            if let Some(value) = parameter.hidden {
                scope.hidden.insert(key.name.clone(), value);
            }
            scope.allowed.insert(key.name.clone(), parameter.allowed);
        }
        if let Some(section) = section("Conditions") {
            let (conditions, unrolled) = foreach::entries(section, &scope);
            scope.conditions =
                conditions.into_iter().map(|(key, condition)| (key.name, condition)).collect();
            report_unrolled(&unrolled, "conditions", diagnostics);
        }
        let (mut resources, unrolled) = section("Resources")
            .map(|section| foreach::entries(section, &scope))
            .unwrap_or_default();
        report_unrolled(&unrolled, "resources", diagnostics);
        let mut transformed = Vec::new();
        resources.retain(|(key, declaration)| {
            // Of the section, or of one resource in it.
            if key.name == "Fn::Transform"
                || declaration.get("Fn::Transform").is_some()
                || declaration.tag.as_deref() == Some("Transform")
            {
                transformed.push(key.clone());
                return false;
            }
            match declaration.get("Type").and_then(|kind| kind.text()).map(str::trim) {
                Some(kind) if kind.contains("::") => {
                    scope.types.insert(key.name.clone(), kind.to_owned());
                    scope.declarations.insert(key.name.clone(), declaration.clone());
                    true
                }
                kind => {
                    let message = match kind.filter(|kind| !kind.is_empty()) {
                        Some(kind) => format!("{kind}, of the resource {}, is no type", key.name),
                        None => format!("the resource {} has no Type", key.name),
                    };
                    diagnostics.push(
                        Diagnostic::error(message)
                            .at(key.span.clone())
                            .help("every resource names its type, such as AWS::EC2::VPC"),
                    );
                    false
                }
            }
        });
        Self { root, document: document.clone(), scope, resources, unrolled, transformed }
    }

    /// What the stack exports.
    pub(super) fn exports(&self) -> Exports {
        let mut found = Exports::new();
        for (_, output) in self.declared_outputs() {
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
        self.declared_outputs()
            .iter()
            .filter_map(|(key, output)| {
                Some((key.name.clone(), self.scope.evaluate(output.get("Value")?)))
            })
            .collect()
    }

    fn declared_outputs(&self) -> Vec<(Key, Rc<Yaml>)> {
        let Some(outputs) = self.document.get("Outputs") else { return Vec::new() };
        let (mut outputs, _) = foreach::entries(outputs, &self.scope);
        outputs.retain(|(_, output)| self.exists(output) != Some(false));
        outputs
    }

    /// The stacks nested in this one.
    pub(super) fn nested(&self) -> Vec<Nested> {
        self.resources
            .iter()
            .filter(|(key, _)| {
                self.scope.types.get(&key.name).is_some_and(|kind| {
                    kind == "AWS::CloudFormation::Stack" || kind == "AWS::Serverless::Application"
                })
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
                    template: asset.or_else(|| {
                        let url = properties.get("TemplateURL");
                        url.or_else(|| properties.get("Location")).and_then(Node::text)
                    }),
                    exists: self.exists(declaration),
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
        let Some(condition) = declaration.get("Condition") else { return Some(true) };
        let name = condition.text()?;
        if !self.scope.conditions.contains_key(name) {
            self.scope.note_undeclared(&format!("condition {name}"), &condition.span);
        }
        self.scope.condition(name)
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

    /// Maps the resources of these phases into the model. Gives the additions
    /// whose target is not known.
    pub(super) fn read_resources(
        &self,
        phases: &[Phase],
        snapshot: &mut Snapshot,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Unplaced> {
        self.report_cycles(diagnostics);
        self.report_circular_conditions(diagnostics);
        let mut declared = Vec::new();
        for (key, declaration) in &self.resources {
            let Some(kind) = self.scope.types.get(&key.name) else { continue };
            let exists = self.exists(declaration);
            if exists == Some(false) {
                continue;
            }
            let properties = self.properties(key, declaration, diagnostics);
            let condition = declaration.get("Condition").and_then(|name| name.text());
            declared.push(Declared {
                id: self.scope.key(&key.name),
                logical: key.name.clone(),
                kind: kind.clone(),
                properties,
                origin: Origin::File { span: key.span.clone() },
                condition: condition.filter(|_| exists.is_none()).map(str::to_owned),
                root: self.root,
            });
            if declaration.get("Metadata").is_some() && phases.contains(&Phase::Alone) {
                self.waivers(
                    key,
                    resource::collection_of(kind),
                    declaration,
                    snapshot,
                    diagnostics,
                );
            }
        }
        let mut unplaced = Vec::new();
        for &phase in phases {
            for one in declared.iter().filter(|one| one.condition.is_none()) {
                diagnostics.extend(resource::read(one, phase, snapshot));
                unplaced.extend(resource::unplaced(one, phase, snapshot));
            }
            diagnostics.extend(self.read_undecided(&declared, phase, snapshot, &mut unplaced));
        }
        if phases.contains(&Phase::Adding) {
            default_resources::add_local_routes(snapshot);
        }
        for loop_ in &self.unrolled {
            unplaced.extend(resource::of_unrolled(loop_, self.root));
        }
        unplaced.extend(self.unseen(&declared, snapshot, diagnostics));
        self.report_undeclared(diagnostics);
        self.report_unjudged(diagnostics);
        unplaced
    }

    /// The properties of a resource, evaluated; not known where they are no map.
    fn properties(&self, key: &Key, declaration: &Yaml, diagnostics: &mut Vec<Diagnostic>) -> Node {
        let Some(written) = declaration.get("Properties") else {
            let origin = Origin::File { span: key.span.clone() };
            return Node::at(Value::Map(Vec::new()), Some(origin));
        };
        let properties = self.scope.evaluate(written);
        if matches!(properties.value, Value::Map(_) | Value::Unknown(_) | Value::Absent) {
            return properties;
        }
        diagnostics.push(
            Diagnostic::error(format!("the Properties of {} are no map", key.name))
                .at(written.span.clone())
                .help("write them as names with values"),
        );
        let detail = "Properties is no map".to_owned();
        Node::at(Value::Unknown(Reason::Malformed { detail }), properties.origin)
    }

    /// Names the types that no control judges.
    fn report_unjudged(&self, diagnostics: &mut Vec<Diagnostic>) {
        let types: BTreeSet<&str> = self
            .resources
            .iter()
            .filter_map(|(key, _)| self.scope.types.get(&key.name))
            .map(String::as_str)
            .filter(|kind| !resource::is_read(kind))
            .collect();
        if !types.is_empty() {
            let types: Vec<&str> = types.into_iter().collect();
            diagnostics.push(
                Diagnostic::note(format!("no control judges these types: {}", types.join(", ")))
                    .in_file(self.root.file.name.as_ref()),
            );
        }
    }

    /// Resources that may not be there: all that they change is open.
    fn read_undecided(
        &self,
        declared: &[Declared<'_>],
        phase: Phase,
        snapshot: &mut Snapshot,
        unplaced: &mut Vec<Unplaced>,
    ) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let mut by_condition: BTreeMap<&str, Vec<&Declared<'_>>> = BTreeMap::new();
        for one in declared {
            if let Some(condition) = &one.condition
                && resource::belongs_to(&one.kind, phase)
            {
                by_condition.entry(condition).or_default().push(one);
            }
        }
        for (condition, declared) in by_condition {
            let reason = Reason::Unresolvable {
                expression: format!("condition {condition}"),
                detail: self.why_undecided(condition),
            };
            let before = snapshot.model.clone();
            for one in declared {
                diagnostics.extend(resource::read(one, phase, snapshot));
                unplaced.extend(resource::unplaced(one, phase, snapshot));
            }
            for change in difference::between(&before, &snapshot.model) {
                if change.resource.collection == "templates" {
                    continue;
                }
                let options = &self.root.options;
                snapshot.gaps.insert(Gap {
                    collection: change.resource.collection,
                    id: Some(change.resource.id),
                    path: change.path,
                    account: options.account.clone(),
                    region: options.region.clone(),
                    reason: reason.clone(),
                });
            }
        }
        diagnostics
    }

    fn why_undecided(&self, condition: &str) -> String {
        if self.scope.conditions.contains_key(condition) {
            "it rests on values that are not known before deployment".to_owned()
        } else {
            "the template does not declare it".to_owned()
        }
    }

    /// What macros, modules and SAM declare beside what the template shows. A
    /// macro of the whole template may change everything in it.
    fn unseen(
        &self,
        declared: &[Declared<'_>],
        snapshot: &mut Snapshot,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Unplaced> {
        const HELP: &str = "scan the processed template: `aws cloudformation get-template --template-stage Processed`";
        let mut found = Vec::new();
        let mut tell = |message: String, span: &Span| {
            diagnostics.push(Diagnostic::warning(message).at(span.clone()).help(HELP));
        };
        for (name, span) in self.transforms() {
            let expression = format!("the macro {name}");
            if ADDS_NOTHING.iter().any(|known| name.starts_with(known)) {
                continue;
            } else if name.starts_with("AWS::") {
                tell(format!("{expression} is not run; what it adds is not seen"), span);
            } else {
                tell(format!("{expression} is not run; what it changes is not seen"), span);
                self.leave_open(declared, &expression, snapshot);
            }
            found.extend(resource::of_unseen(&expression, NOT_RUN, self.root));
        }
        for Key { name, span } in &self.transformed {
            let (told, expression) = match name.as_str() {
                "Fn::Transform" => (
                    "what the macro adds to the resources is not seen".to_owned(),
                    "the macro of the resources".to_owned(),
                ),
                _ => (
                    format!("the macro that makes {name} is not run; {name} is not judged"),
                    format!("the macro of {name}"),
                ),
            };
            tell(told, span);
            found.extend(resource::of_unseen(&expression, NOT_RUN, self.root));
        }
        for one in declared {
            let (logical, kind) = (&one.logical, &one.kind);
            let Origin::File { span } = &one.origin else { continue };
            if kind.ends_with("::MODULE") {
                tell(
                    format!("the module {logical} is not expanded; its resources are not judged"),
                    span,
                );
                let expression = format!("the module {logical}");
                found.extend(resource::of_unseen(&expression, "it is not expanded", self.root));
            } else if kind.starts_with("AWS::Serverless::")
                && kind != "AWS::Serverless::Application"
            {
                tell(format!("what SAM makes of {logical} is not judged"), span);
                let expression = format!("what SAM makes of {logical}");
                found.extend(resource::of_sam(&expression, "SAM is not run", self.root));
            }
        }
        found
    }

    /// Leaves open whether anything that the template declares stays as it is.
    fn leave_open(&self, declared: &[Declared<'_>], expression: &str, snapshot: &mut Snapshot) {
        for one in declared {
            let Some(collection) = resource::collection_of(&one.kind) else { continue };
            snapshot.gaps.insert(Gap {
                collection: collection.to_owned(),
                id: Some(one.id.clone()),
                path: String::new(),
                account: self.root.options.account.clone(),
                region: self.root.options.region.clone(),
                reason: Reason::Unresolvable {
                    expression: expression.to_owned(),
                    detail: NOT_RUN.to_owned(),
                },
            });
        }
    }

    fn transforms(&self) -> impl Iterator<Item = (&str, &Span)> {
        let transform = self.document.get("Transform").map(Rc::as_ref);
        let items = transform.map(Yaml::items).unwrap_or_default().iter().map(Rc::as_ref);
        let alone = transform.filter(|transform| transform.items().is_empty());
        items.chain(alone).filter_map(|transform| {
            let name = transform.text().or_else(|| transform.get("Name")?.text())?;
            Some((name, &transform.span))
        })
    }

    /// Names that nothing in the template has, though it uses them.
    fn report_undeclared(&self, diagnostics: &mut Vec<Diagnostic>) {
        const QUIET: &[&str] = &["AWS::LanguageExtensions"];
        // A macro or a loop that is not written out may declare them.
        let may_declare = !self.unrolled.is_empty()
            || !self.transformed.is_empty()
            || self.transforms().any(|(name, _)| !QUIET.contains(&name));
        for (name, span) in self.scope.undeclared.borrow().iter().filter(|_| !may_declare) {
            diagnostics.push(
                Diagnostic::error(format!("the template does not declare {name}"))
                    .at(span.clone())
                    .help("check its spelling, or declare it"),
            );
        }
    }

    /// Waivers that a resource carries in its `Metadata`:
    /// `audit: {waivers: [{control, reason, expires}]}`.
    fn waivers(
        &self,
        key: &Key,
        collection: Option<&str>,
        declaration: &Yaml,
        snapshot: &mut Snapshot,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let waivers = declaration
            .get("Metadata")
            .and_then(|metadata| metadata.get("audit"))
            .and_then(|audit| audit.get("waivers"));
        for waiver in waivers.map(|waivers| waivers.items()).unwrap_or_default() {
            let text =
                |key: &str| waiver.get(key).and_then(|value| value.text()).map(str::to_owned);
            let Some(collection) = collection else {
                diagnostics.push(
                    Diagnostic::error(format!(
                        "the waiver stands beside {}, which no control judges",
                        key.name
                    ))
                    .at(waiver.span.clone())
                    .help("write it beside the resource that this one adds to, or into audit.toml"),
                );
                continue;
            };
            snapshot.inline_waivers.push(InlineWaiver {
                resource: ResourceRef::new(collection, self.scope.key(&key.name)),
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
            if let Some(others) = declaration.get("DependsOn") {
                let listed = others.items().iter().map(Rc::as_ref).chain([others.as_ref()]);
                for (other, name) in listed.filter_map(|other| Some((other, other.text()?))) {
                    if !self.scope.types.contains_key(name) {
                        self.scope.note_undeclared(name, &other.span);
                    }
                    names.insert(name.to_owned());
                }
            }
            // SAM breaks circles by what it makes beside its own resources.
            let is_sam = |name: &str| {
                self.scope.types.get(name).is_none_or(|kind| kind.starts_with("AWS::Serverless::"))
            };
            if is_sam(&key.name) {
                continue;
            }
            names.retain(|name| !is_sam(name));
            edges.insert(&key.name, names);
        }
        let keys = self.resources.iter().map(|(key, _)| (key.name.as_str(), &key.span));
        for (circle, span) in circles(keys, &edges) {
            diagnostics.push(
                Diagnostic::error(format!("resources refer to each other in a circle: {circle}"))
                    .at(span.clone())
                    .help("move one reference into a resource of its own, such as a security-group rule"),
            );
        }
    }

    /// Conditions that rest on each other in a circle cannot be decided.
    fn report_circular_conditions(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut edges: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (name, expression) in &self.scope.conditions {
            conditions_in(expression, &self.scope, edges.entry(name).or_default());
        }
        let conditions = &self.scope.conditions;
        let keys = edges.keys().filter_map(|name| Some((*name, &conditions.get(*name)?.span)));
        for (circle, span) in circles(keys, &edges) {
            diagnostics.push(
                Diagnostic::error(format!("conditions rest on each other in a circle: {circle}"))
                    .at(span.clone())
                    .help("write one of them without the others"),
            );
        }
    }
}

/// Loops that could not be written out.
fn report_unrolled(unrolled: &[Unrolled], what: &str, diagnostics: &mut Vec<Diagnostic>) {
    for one in unrolled {
        diagnostics.push(
            Diagnostic::warning(format!(
                "{} is not written out, and its {what} are not judged: {}",
                one.key.name, one.reason
            ))
            .at(one.key.span.clone())
            .help("give the parameters that its collection rests on"),
        );
    }
}

/// The logical ids that an expression refers to, those of a branch that is not
/// taken left out.
fn references(expression: &Yaml, scope: &Scope<'_>, names: &mut BTreeSet<String>) {
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
            ("Fn::If", None, [name, then, otherwise]) => {
                let truth = name.text().and_then(|name| scope.condition(name));
                if truth != Some(false) {
                    references(then, scope, names);
                }
                if truth != Some(true) {
                    references(otherwise, scope, names);
                }
                return;
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

/// The conditions that an expression names.
fn conditions_in(expression: &Yaml, scope: &Scope<'_>, names: &mut BTreeSet<String>) {
    if let Some((function, argument)) = scope.function(expression)
        && function == "Condition"
    {
        names.extend(argument.text().map(str::to_owned));
    }
    for (_, value) in expression.entries() {
        conditions_in(value, scope, names);
    }
    for item in expression.items() {
        conditions_in(item, scope, names);
    }
}

/// The circles among named things, each with the place of the name that it
/// begins at.
fn circles<'e>(
    keys: impl Iterator<Item = (&'e str, &'e Span)>,
    edges: &'e BTreeMap<&str, BTreeSet<String>>,
) -> Vec<(String, &'e Span)> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for (name, span) in keys {
        found.extend(cycle_from(name, edges, &mut done).map(|circle| (circle.join(" → "), span)));
    }
    found
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
