//! Reads IAM policy documents, from templates as they are written and from
//! JSON text.
//!
//! Source: the IAM user guide, "Grammar of the IAM JSON policy language".

use super::draft::Draft;
use super::node::{Node, Reference, Value};
use super::policy_file::{NEGATED, PRINCIPALS, STATEMENT};
use crate::model::condition_operator::Operator;
use crate::model::{Condition, Effect, Model, PolicyDocument, Principal, Reason, Statement};

/// A document as JSON. IAM gives documents percent-encoded, as RFC 3986 has it;
/// some tools save them decoded.
pub fn decoded(document: &str) -> String {
    if document.trim_start().starts_with('{') {
        return document.to_owned();
    }
    percent_encoding::percent_decode_str(document).decode_utf8_lossy().into_owned()
}

/// Reads the policy at `path` of the draft's resource. `None` where there is
/// none, or where it is not known as a whole; then there is a gap.
pub fn read(draft: &mut Draft<'_>, path: &str, node: Option<&Node>) -> Option<PolicyDocument> {
    let node = node.filter(|node| !node.is_absent())?;
    draft.place(path, node.origin.as_ref());
    let parsed;
    let document = match &node.value {
        Value::Text(text) => {
            match serde_json::from_str::<serde_json::Value>(text) {
                Ok(json) => parsed = Node::at_all(&json, node.origin.as_ref()),
                Err(error) => {
                    let detail = format!("the policy is no JSON: {error}");
                    draft.gap(path, Reason::Malformed { detail });
                    return None;
                }
            }
            &parsed
        }
        Value::Joined(parts) => match joined_json(parts, node) {
            Some(json) => {
                parsed = json;
                &parsed
            }
            None => {
                draft.gap(path, unknown(node));
                return None;
            }
        },
        _ => node,
    };
    let Value::Map(_) = &document.value else {
        draft.gap(path, unknown(document));
        return None;
    };
    let statements = document.get("Statement").map(Node::items).unwrap_or_default();
    if statements.is_empty() {
        let detail = "a policy needs a Statement".to_owned();
        draft.gap(&format!("{path}/statements"), Reason::Malformed { detail });
    }
    let version = draft.string(&format!("{path}/version"), document.get("Version"), None);
    let mut found = PolicyDocument { version, statements: Vec::new() };
    for item in statements {
        if item.is_absent() {
            continue;
        }
        let path = format!("{path}/statements/{}", found.statements.len());
        draft.place(&path, item.origin.as_ref());
        found.statements.push(statement(draft, &path, item));
    }
    Some(found)
}

/// Reads one statement, for `path` of the draft's resource.
pub fn statement(draft: &mut Draft<'_>, path: &str, node: &Node) -> Statement {
    if !matches!(node.value, Value::Map(_)) {
        draft.gap(path, unknown(node));
        return Statement::default();
    }
    if let Some(detail) = refused(node) {
        draft.gap(path, Reason::Malformed { detail });
    }
    let at = |field: &str| format!("{path}/{field}");
    let effect = match draft.string(&at("effect"), node.get("Effect"), None).as_deref() {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        Some(_) | None => {
            if node.get("Effect").is_none_or(|effect| effect.unknown().is_none()) {
                let detail = "Effect is neither Allow nor Deny".to_owned();
                draft.gap(&at("effect"), Reason::Malformed { detail });
            }
            Effect::Deny
        }
    };
    Statement {
        sid: draft.string(&at("sid"), node.get("Sid"), None),
        effect,
        principals: principals(draft, &at("principals"), node.get("Principal")),
        not_principals: principals(draft, &at("not_principals"), node.get("NotPrincipal")),
        actions: patterns(draft, &at("actions"), node.get("Action")),
        not_actions: patterns(draft, &at("not_actions"), node.get("NotAction")),
        resources: patterns(draft, &at("resources"), node.get("Resource")),
        not_resources: patterns(draft, &at("not_resources"), node.get("NotResource")),
        conditions: conditions(draft, &at("conditions"), node.get("Condition")),
    }
}

/// Why AWS refuses a statement, whatever its values. What one kind of policy
/// alone refuses is not told: elsewhere the statement is good.
fn refused(node: &Node) -> Option<String> {
    let Value::Map(elements) = &node.value else { return None };
    let is_there = |name: &str| node.get(name).is_some_and(|found| !found.is_absent());
    let unknown = elements
        .iter()
        .find(|(name, value)| !value.is_absent() && !STATEMENT.contains(&name.as_str()));
    if let Some((name, _)) = unknown {
        return Some(format!("a statement has no element {name}"));
    }
    for (plain, not) in NEGATED {
        if is_there(plain) && is_there(not) {
            return Some(format!("a statement has {plain} or {not}, not both"));
        }
    }
    (!is_there("Action") && !is_there("NotAction")).then(|| "Action is missing".to_owned())
}

fn principals(draft: &mut Draft<'_>, path: &str, node: Option<&Node>) -> Vec<Principal> {
    let Some(node) = node else { return Vec::new() };
    draft.place(path, node.origin.as_ref());
    let mut found = Vec::new();
    match &node.value {
        Value::Text(everyone) if everyone == "*" => {
            found.push(Principal { kind: "*".to_owned(), value: "*".to_owned() });
        }
        Value::Map(entries) => {
            for (kind, values) in entries {
                if !PRINCIPALS.contains(&kind.as_str()) {
                    let detail = format!("there is no kind of principal {kind}");
                    draft.gap(path, Reason::Malformed { detail });
                }
                for value in values.items() {
                    match principal(value) {
                        Some(value) => {
                            let place = format!("{path}/{}", found.len());
                            draft.place(&place, node.origin.as_ref());
                            found.push(Principal { kind: kind.clone(), value });
                        }
                        None if value.is_absent() => {}
                        None => draft.gap(path, unknown(value)),
                    }
                }
            }
        }
        _ => draft.gap(path, unknown(node)),
    }
    found
}

/// A principal as text; a reference to a role or user is its key.
fn principal(node: &Node) -> Option<String> {
    match &node.value {
        Value::Reference(reference) => Some(reference.id.clone()),
        Value::Joined(_) => pattern(node),
        _ => node.text(),
    }
}

fn patterns(draft: &mut Draft<'_>, path: &str, node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    draft.place(path, node.origin.as_ref());
    let mut found = Vec::new();
    for item in node.items() {
        match pattern(item) {
            Some(text) => {
                draft.place(&format!("{path}/{}", found.len()), item.origin.as_ref());
                found.push(text);
            }
            None if item.is_absent() => {}
            None => draft.gap(path, unknown(item)),
        }
    }
    found
}

/// Text with references spelled `ref:<collection>/<id>`; `None` where a part
/// is not known.
fn pattern(node: &Node) -> Option<String> {
    match &node.value {
        Value::Reference(reference) => Some(spelled(reference)),
        Value::Joined(parts) => {
            Some(by_reference(parts.iter().map(pattern).collect::<Option<_>>()?))
        }
        _ => node.text(),
    }
}

/// An ARN that is put together around a reference to what has it, such as
/// `arn:aws:s3:::${Bucket}/*`, as that reference and what follows it.
fn by_reference(text: String) -> String {
    const NAMED_IN_ARNS: &[&str] = &[
        ":s3:::ref:s3_buckets/",
        ":role/ref:iam_roles/",
        ":user/ref:iam_users/",
        ":key/ref:kms_keys/",
        ":function:ref:lambda_functions/",
        ":ref:sqs_queues/",
        ":ref:sns_topics/",
    ];
    let start = NAMED_IN_ARNS
        .iter()
        .filter_map(|mark| Some(text.find(mark)? + mark.find("ref:")?))
        .find(|_| text.starts_with("arn:"));
    start.and_then(|start| text.get(start..)).map_or(text.clone(), str::to_owned)
}

fn spelled(reference: &Reference) -> String {
    let collection = Model::COLLECTIONS
        .iter()
        .copied()
        .find(|collection| {
            Model::resource_type(collection) == Some(reference.resource_type.as_str())
        })
        .unwrap_or(reference.resource_type.as_str());
    format!("ref:{collection}/{}", reference.id)
}

fn conditions(draft: &mut Draft<'_>, path: &str, node: Option<&Node>) -> Vec<Condition> {
    let Some(node) = node else { return Vec::new() };
    draft.place(path, node.origin.as_ref());
    let Value::Map(operators) = &node.value else {
        draft.gap(path, unknown(node));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (operator, keys) in operators {
        if Operator::parse(operator).is_none() {
            let detail = format!("there is no condition operator {operator}");
            draft.gap(path, Reason::Malformed { detail });
        }
        let Value::Map(keys) = &keys.value else {
            draft.gap(path, unknown(keys));
            continue;
        };
        for (key, values) in keys {
            let path = format!("{path}/{}", found.len());
            draft.place(&path, values.origin.as_ref());
            // What the caller has to present, as a password.
            if key.eq_ignore_ascii_case("lambda:EventSourceToken") {
                draft.gap(&format!("{path}/values"), Reason::Sensitive);
                found.push(Condition {
                    operator: operator.clone(),
                    key: key.clone(),
                    values: Vec::new(),
                });
                continue;
            }
            let values = patterns(draft, &format!("{path}/values"), Some(values));
            found.push(Condition { operator: operator.clone(), key: key.clone(), values });
        }
    }
    found
}

/// JSON text with references in it, read with placeholders in their place.
fn joined_json(parts: &[Node], node: &Node) -> Option<Node> {
    let text: String = parts
        .iter()
        .map(|part| match &part.value {
            // A reference inside a JSON string.
            Value::Reference(reference) => Some(spelled(reference)),
            _ => part.text(),
        })
        .collect::<Option<_>>()?;
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(Node::at_all(&json, node.origin.as_ref()))
}

fn unknown(node: &Node) -> Reason {
    match &node.value {
        Value::Unknown(reason) => reason.clone(),
        Value::Secret => Reason::Sensitive,
        Value::Joined(parts) => parts
            .iter()
            .find_map(|part| part.unknown().cloned())
            .unwrap_or(Reason::KnownAfterApply { expression: None }),
        Value::Reference(reference) => Reason::KnownAfterApply {
            expression: Some(format!("{}.{}", reference.id, reference.attribute)),
        },
        _ => Reason::Malformed {
            detail: format!("expected a policy element, found {}", node.kind()),
        },
    }
}
