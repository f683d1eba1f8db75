//! One file of saved answers, with the places of its values.

use std::rc::Rc;
use std::sync::Arc;

use super::response::{self, Answer};
use super::{FileName, operation};
use crate::diagnostic::Diagnostic;
use crate::model::{Origin, Span};
use crate::source::TextFile;
use crate::source::node::{Node, Value};
use crate::source::yaml::{self, Yaml, YamlValue};

/// A file with the answers in it.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) file: FileName,
    /// The directories that it lies in and its own name, the nearest first.
    pub(super) names: Vec<String>,
    pub(super) answers: Vec<Answer>,
    /// Members that are no answers which are read.
    pub(super) unknown: Vec<String>,
    /// The whole, to tell account and region by.
    pub(super) root: Node,
}

/// Reads a file.
///
/// # Errors
///
/// Where it is no JSON; the diagnostic names line and column.
pub(super) fn parse(
    file: &TextFile,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Document, Box<Diagnostic>> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&file.text) {
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        return Err(Box::new(
            Diagnostic::error(format!("the JSON is broken: {reason}"))
                .at(point(&file.name, error.line(), error.column()))
                .help("save the output of the AWS CLI again, whole and with --output json"),
        ));
    }
    let yaml = yaml::parse(&file.name, &file.text, diagnostics)?;
    let root = node(&yaml, &|span| Origin::File { span });
    let (answers, unknown) = response::answers(&file.name, &yaml);
    let names = file.path.iter().rev().map(|name| name.to_string_lossy().into_owned()).collect();
    Ok(Document { file: file.name.clone(), names, answers, unknown, root })
}

fn point(file: &FileName, line: usize, column: usize) -> Span {
    let number = |value: usize| u32::try_from(value.max(1)).unwrap_or(u32::MAX);
    Span {
        file: file.clone(),
        start_line: number(line),
        start_column: number(column),
        end_line: number(line),
        end_column: number(column).saturating_add(1),
    }
}

/// The value as part of the answer of an operation.
pub(super) fn answered(operation: &operation::Operation, yaml: &Yaml) -> Node {
    let name: Arc<str> = operation.name.into();
    node(yaml, &|span| Origin::Api { operation: name.clone(), span: Some(span) })
}

fn node(yaml: &Yaml, origin: &dyn Fn(Span) -> Origin) -> Node {
    let items = |items: &[Rc<Yaml>]| items.iter().map(|item| node(item, origin)).collect();
    let value = match &yaml.value {
        _ if yaml.is_null() => Value::Absent,
        YamlValue::Sequence(found) => Value::List(items(found)),
        YamlValue::Mapping(entries) => Value::Map(
            entries.iter().map(|(key, value)| (key.name.clone(), node(value, origin))).collect(),
        ),
        YamlValue::Scalar { text, plain: false } => Value::Text(text.clone()),
        YamlValue::Scalar { text, plain: true } => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number => match (number.parse::<i64>(), number.parse::<f64>()) {
                (Ok(integer), _) => Value::Integer(integer),
                (_, Ok(float)) => Value::Float(float),
                _ => Value::Text(number.to_owned()),
            },
        },
    };
    Node::at(value, Some(origin(yaml.span.clone())))
}
