//! Parameters: their values from flags, files, a parent stack or defaults.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::constraint::{Violation, violated};
use super::yaml::Yaml;
use crate::diagnostic::Diagnostic;
use crate::model::{Origin, Reason};
use crate::source::node::{Node, Value};
use crate::source::{TemplateOptions, files};

/// Values that were given for parameters.
#[derive(Debug, Default)]
pub(super) struct Given {
    values: BTreeMap<String, Node>,
    /// What every other parameter has, where that is not known.
    otherwise: Option<Node>,
}

impl Given {
    /// From the command line: files in order, then flags.
    pub(super) fn read(options: &TemplateOptions, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut given = Self::default();
        for path in &options.parameter_files {
            match files::text_of(path, files::LARGEST_FILE) {
                Ok(file) => match entries(&file.text) {
                    Ok(values) => given.values.extend(values),
                    Err(message) => diagnostics.push(
                        Diagnostic::error(format!("the parameters cannot be read: {message}"))
                            .in_file(file.name.as_ref())
                            .help(r#"write {"Name": "value"} or [{"ParameterKey": …, "ParameterValue": …}]"#),
                    ),
                },
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
        for (name, value) in &options.parameters {
            given.values.insert(name.clone(), Node::new(Value::Text(value.clone())));
        }
        given
    }

    /// From the `Parameters` property of a nested stack.
    pub(super) fn of_parent(parameters: &Node) -> Self {
        let values = match &parameters.value {
            Value::Map(entries) => entries.iter().cloned().collect(),
            _ => BTreeMap::new(),
        };
        // Whether a default holds is not known either.
        let otherwise = parameters.unknown().is_some().then(|| parameters.clone());
        Self { values, otherwise }
    }

    /// For one stack: what was given, and else what its assembly gives it.
    pub(super) fn for_stack(&self, own: &BTreeMap<String, String>) -> Self {
        let text = |value: &String| Node::new(Value::Text(value.clone()));
        let mut values: BTreeMap<String, Node> =
            own.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        values.extend(self.values.clone());
        Self { values, otherwise: self.otherwise.clone() }
    }

    fn get(&self, name: &str) -> Option<&Node> {
        self.values.get(name).or(self.otherwise.as_ref())
    }

    /// The names that values were given for.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

/// The three forms of parameter files: the CLI's list, CodePipeline's
/// `Parameters` object, and a plain object.
fn entries(text: &str) -> Result<Vec<(String, Node)>, String> {
    let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let node = |name: &str, value: &Json| match value {
        Json::Object(_) | Json::Array(_) => {
            Err(format!("the value of {name} is neither text nor a number"))
        }
        _ => Ok((name.to_owned(), Node::from(value))),
    };
    let plain = |object: &serde_json::Map<String, Json>| {
        object.iter().map(|(name, value)| node(name, value)).collect()
    };
    match &json {
        Json::Array(items) => items
            .iter()
            .map(|item| match item {
                Json::String(pair) => pair
                    .split_once('=')
                    .map(|(name, value)| (name.to_owned(), Node::from(&Json::from(value))))
                    .ok_or_else(|| "an item is no NAME=VALUE".to_owned()),
                _ => {
                    let key = item.get("ParameterKey").and_then(Json::as_str);
                    let value = item.get("ParameterValue");
                    let (key, value) = key
                        .zip(value)
                        .ok_or_else(|| "an item lacks ParameterKey or ParameterValue".to_owned())?;
                    node(key, value)
                }
            })
            .collect(),
        Json::Object(object) => match object.get("Parameters") {
            Some(Json::Object(inner)) => plain(inner),
            _ => plain(object),
        },
        _ => Err("it is neither a list nor an object".to_owned()),
    }
}

/// A declared parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    /// Its value, as functions see it.
    pub value: Node,
    /// The value of one that is `NoEcho`, for conditions alone.
    pub hidden: Option<Node>,
    /// The values that it may have; empty for any.
    pub allowed: Vec<String>,
}

/// Reads a declared parameter. One whose value the declaration does not allow is
/// reported, with its name alone where it is hidden.
pub(super) fn read(
    name: &str,
    declaration: &Yaml,
    given: &Given,
    diagnostics: &mut Vec<Diagnostic>,
) -> Parameter {
    let text_of = |key: &str| declaration.get(key).and_then(|value| value.text());
    let origin = Some(Origin::File { span: declaration.span.clone() });
    let is_hidden = text_of("NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let allowed: Vec<String> = declaration
        .get("AllowedValues")
        .map(|values| values.items().iter().filter_map(|v| v.text().map(str::to_owned)).collect())
        .unwrap_or_default();
    if text_of("Type").is_none() {
        diagnostics.push(
            Diagnostic::error(format!("the parameter {name} has no Type"))
                .at(declaration.span.clone())
                .help("every parameter names its type, such as String"),
        );
    }
    let value = value(name, declaration, given);
    for text in value.items().iter().filter_map(Node::text) {
        let Some(Violation { what, help }) = violated(declaration, &text) else { continue };
        let shown = if is_hidden { String::new() } else { format!(" {text:?}") };
        diagnostics.push(
            Diagnostic::error(format!("the value{shown} of parameter {name} {what}"))
                .at(declaration.span.clone())
                .help(help),
        );
    }
    if is_hidden {
        let secret = Node::at(Value::Secret, origin);
        return Parameter { value: secret, hidden: Some(value), allowed };
    }
    Parameter { value, hidden: None, allowed }
}

fn value(name: &str, declaration: &Yaml, given: &Given) -> Node {
    let text_of = |key: &str| declaration.get(key).and_then(|value| value.text());
    let kind = text_of("Type").unwrap_or("String");
    let origin = Some(Origin::File { span: declaration.span.clone() });
    if kind.starts_with("AWS::SSM::Parameter::Value") {
        return Node::at(
            Value::Unknown(Reason::Unresolvable {
                expression: format!("parameter {name}"),
                detail: "its value is in Parameter Store".to_owned(),
            }),
            origin,
        );
    }
    let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    let text = match given.get(name) {
        Some(node) => match node.text() {
            Some(text) => Some(text),
            // A parent stack joins what it passes to a list.
            None if is_list => {
                return match super::intrinsic::split(",", node) {
                    Some(items) => Node::at(Value::List(items), origin),
                    None => node.clone(),
                };
            }
            // References and unknown values of a parent stack pass as they are.
            None => return node.clone(),
        },
        None => declaration.get("Default").and_then(|default| default.text()).map(str::to_owned),
    };
    let Some(text) = text else {
        let reason = Reason::UnresolvedParameter { name: name.to_owned() };
        return Node::at(Value::Unknown(reason), origin);
    };
    if is_list {
        // An empty text is a list of one empty item, as to CloudFormation.
        let items = text
            .split(',')
            .map(|item| Node::at(Value::Text(item.trim().to_owned()), origin.clone()))
            .collect();
        return Node::at(Value::List(items), origin);
    }
    Node::at(Value::Text(text), origin)
}
