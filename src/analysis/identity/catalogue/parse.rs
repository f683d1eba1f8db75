//! Policy documents from plain JSON, without places.
//!
//! Source: the IAM user guide, "Grammar of the IAM JSON policy language".

use serde_json::Value;

use crate::model::{Condition, Effect, PolicyDocument, Principal, Statement};

/// A policy document from its JSON.
///
/// # Errors
///
/// Where the JSON is no policy; the message says what is wrong and where.
pub fn document(json: &Value) -> Result<PolicyDocument, String> {
    let statements = match json.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement @ Value::Object(_)) => std::slice::from_ref(statement),
        _ => return Err("a policy needs a Statement".to_owned()),
    };
    let read = |(index, found): (usize, &Value)| {
        statement(found).map_err(|what| format!("statement {index}: {what}"))
    };
    Ok(PolicyDocument {
        version: json.get("Version").and_then(Value::as_str).map(str::to_owned),
        statements: statements.iter().enumerate().map(read).collect::<Result<_, _>>()?,
    })
}

fn statement(json: &Value) -> Result<Statement, String> {
    let effect = match json.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err("Effect is neither Allow nor Deny".to_owned()),
    };
    Ok(Statement {
        sid: json.get("Sid").and_then(Value::as_str).map(str::to_owned),
        effect,
        principals: principals(json, "Principal")?,
        not_principals: principals(json, "NotPrincipal")?,
        actions: texts(json, "Action")?,
        not_actions: texts(json, "NotAction")?,
        resources: texts(json, "Resource")?,
        not_resources: texts(json, "NotResource")?,
        conditions: conditions(json)?,
    })
}

fn texts(json: &Value, element: &str) -> Result<Vec<String>, String> {
    json.get(element).map_or_else(|| Ok(Vec::new()), |value| list(value, element))
}

/// A text, or a list of texts; numbers and switches of conditions as texts.
fn list(value: &Value, element: &str) -> Result<Vec<String>, String> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(format!("{element} is no text or list of texts")),
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        _ => text(value).map(|text| vec![text]),
    }
}

fn principals(json: &Value, element: &str) -> Result<Vec<Principal>, String> {
    let principal = |kind: &str, value: String| Principal { kind: kind.to_owned(), value };
    match json.get(element) {
        None => Ok(Vec::new()),
        Some(Value::String(everyone)) if everyone == "*" => {
            Ok(vec![principal("*", everyone.clone())])
        }
        Some(Value::Object(kinds)) => {
            let mut found = Vec::new();
            for (kind, values) in kinds {
                found.extend(list(values, element)?.into_iter().map(|v| principal(kind, v)));
            }
            Ok(found)
        }
        Some(_) => Err(format!("{element} is neither * nor an object")),
    }
}

fn conditions(json: &Value) -> Result<Vec<Condition>, String> {
    let Some(value) = json.get("Condition") else { return Ok(Vec::new()) };
    let Value::Object(operators) = value else { return Err("Condition is no object".to_owned()) };
    let mut found = Vec::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else { return Err(format!("{operator} is no object")) };
        for (key, values) in keys {
            found.push(Condition {
                operator: operator.clone(),
                key: key.clone(),
                values: list(values, key)?,
            });
        }
    }
    Ok(found)
}
