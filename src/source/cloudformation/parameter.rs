//! Parameters: their values from flags, files, a parent stack or defaults.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::yaml::Yaml;
use crate::diagnostic::Diagnostic;
use crate::model::{Origin, Reason};
use crate::source::node::{Node, Value};
use crate::source::{TemplateOptions, files};

/// Values that were given for parameters.
#[derive(Debug, Default)]
pub(super) struct Given {
    values: BTreeMap<String, Node>,
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
        Self { values }
    }

    fn get(&self, name: &str) -> Option<&Node> {
        self.values.get(name)
    }
}

/// The three forms of parameter files: the CLI's list, CodePipeline's
/// `Parameters` object, and a plain object.
fn entries(text: &str) -> Result<Vec<(String, Node)>, String> {
    let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let plain = |object: &serde_json::Map<String, Json>| {
        object.iter().map(|(name, value)| (name.clone(), Node::from(value))).collect()
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
                    key.zip(value)
                        .map(|(key, value)| (key.to_owned(), Node::from(value)))
                        .ok_or_else(|| "an item lacks ParameterKey or ParameterValue".to_owned())
                }
            })
            .collect(),
        Json::Object(object) => match object.get("Parameters") {
            Some(Json::Object(inner)) => Ok(plain(inner)),
            _ => Ok(plain(object)),
        },
        _ => Err("it is neither a list nor an object".to_owned()),
    }
}

/// The value of a declared parameter.
pub(super) fn value(name: &str, declaration: &Yaml, given: &Given) -> Node {
    let text_of = |key: &str| declaration.get(key).and_then(|value| value.text());
    let kind = text_of("Type").unwrap_or("String");
    let origin = Some(Origin::File { span: declaration.span.clone() });
    let hidden = text_of("NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    if hidden {
        return Node::at(Value::Secret, origin);
    }
    if kind.starts_with("AWS::SSM::Parameter::Value") {
        return Node::at(
            Value::Unknown(Reason::Unresolvable {
                expression: format!("parameter {name}"),
                detail: "its value is in Parameter Store".to_owned(),
            }),
            origin,
        );
    }
    let given = given.get(name);
    let text = match given.map(|node| (&node.value, node)) {
        Some((Value::Text(_) | Value::Integer(_) | Value::Float(_) | Value::Bool(_), node)) => {
            node.text()
        }
        // References and lists of a parent stack pass as they are.
        Some((_, node)) => return node.clone(),
        None => declaration.get("Default").and_then(|default| default.text()).map(str::to_owned),
    };
    let Some(text) = text else {
        let reason = Reason::UnresolvedParameter { name: name.to_owned() };
        return Node::at(Value::Unknown(reason), origin);
    };
    if kind == "CommaDelimitedList" || kind.starts_with("List<") {
        let items = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| Node::at(Value::Text(item.to_owned()), origin.clone()))
            .collect();
        return Node::at(Value::List(items), origin);
    }
    Node::at(Value::Text(text), origin)
}
