//! The forms in which others write a question about permissions: the names of
//! AWS's policy simulator and of other simulators, policies with a name around
//! them, lists of one. All come to the one form that [`super::question`] reads.

use serde_json::{Map, Value as Json};

use crate::analysis::identity::evaluate::principal::account_of_root;

type Fields = Map<String, Json>;

/// Brings the fields of a question into one form.
///
/// # Errors
///
/// Where two fields say the same thing, or one has a form that is not known.
pub fn plain(given: Fields) -> Result<Fields, String> {
    let mut found = Fields::new();
    for (name, value) in given {
        match (snake(&name).as_str(), value) {
            ("request", Json::Object(inner)) => {
                for (name, value) in inner {
                    add(&mut found, &name, value)?;
                }
            }
            (_, value) => add(&mut found, &name, value)?,
        }
    }
    Ok(found)
}

fn add(found: &mut Fields, name: &str, value: Json) -> Result<(), String> {
    let key = field(&snake(name)).to_owned();
    let value = match (key.as_str(), value) {
        // Words for people.
        ("description", _) => return Ok(()),
        ("principal", value) => principal(value),
        ("action", value) => only(value),
        ("resource", Json::Object(parts)) => {
            for (name, value) in parts {
                let name = match snake(&name).as_str() {
                    "account" | "account_id" | "owner" => "resource_account".to_owned(),
                    "resource" | "arn" => "resource".to_owned(),
                    other => return Err(format!("resource has no field `{other}`")),
                };
                add(found, &name, value)?;
            }
            return Ok(());
        }
        ("resource", value) => only(value),
        ("resource_account" | "principal_account" | "management_account", value) => account(value),
        ("context", Json::Array(entries)) => Json::Object(context(entries)?),
        ("identity_policies", value) => policies(value),
        // No policy at all is no boundary and no session policy.
        ("boundary" | "session_policies" | "resource_policy" | "endpoint_policy", value) => {
            match policies(value) {
                Json::Array(items) if items.is_empty() => return Ok(()),
                other => other,
            }
        }
        ("scps" | "rcps", Json::Array(levels)) => levels.into_iter().map(level).collect(),
        ("expect", Json::Object(mut parts)) if parts.len() == 1 => {
            let response = ["response", "result", "decision"];
            let known = response.iter().find_map(|name| parts.remove(*name));
            known.ok_or_else(|| "expect has no field `response`".to_owned())?
        }
        (_, value) => value,
    };
    match found.insert(key, value) {
        Some(_) => Err(format!("`{name}` says what another field has said")),
        None => Ok(()),
    }
}

/// A name in small letters with underscores: `PolicyInputList` is
/// `policy_input_list`.
fn snake(name: &str) -> String {
    let mut found = String::new();
    let mut after_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_small {
            found.push('_');
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        found.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    found
}

/// The field that a name stands for.
fn field(name: &str) -> &str {
    match name {
        "name" => "id",
        "principal_arn" | "caller_arn" | "policy_source_arn" => "principal",
        "action_name" | "action_names" => "action",
        "resource_arn" | "resource_arns" => "resource",
        "resource_owner" | "resource_account_id" => "resource_account",
        "principal_account_id" => "principal_account",
        "management_account_id" => "management_account",
        "context_entries" | "context_variables" | "request_context" => "context",
        "identity_policy" | "policy_input_list" => "identity_policies",
        "permissions_boundary"
        | "permission_boundary"
        | "permissions_boundaries"
        | "permission_boundaries"
        | "permission_boundary_policies"
        | "permissions_boundary_policies"
        | "permissions_boundary_policy_input_list" => "boundary",
        "session_policy" => "session_policies",
        "trust_policy" | "bucket_policy" | "key_policy" | "resource_based_policy" => {
            "resource_policy"
        }
        "scp" | "service_control_policy" | "service_control_policies" => "scps",
        "rcp" | "resource_control_policy" | "resource_control_policies" => "rcps",
        "vpc_endpoint_policy" | "vpc_endpoint_policies" => "endpoint_policy",
        "public_access_block" => "block_public_access",
        "expected" | "expected_decision" | "eval_decision" => "expect",
        other => other,
    }
}

/// A principal, also as a policy names it or as `{"type": "Anonymous"}`.
fn principal(value: Json) -> Json {
    let Json::Object(parts) = &value else { return value };
    match parts.iter().next() {
        Some((kind, Json::String(name))) if parts.len() == 1 => match kind.as_str() {
            "AWS" | "Service" | "Federated" => name.as_str().into(),
            "type" if name.eq_ignore_ascii_case("anonymous") => name.as_str().into(),
            _ => value,
        },
        _ => value,
    }
}

/// The item of a list of one.
fn only(value: Json) -> Json {
    match value {
        Json::Array(mut items) if items.len() == 1 => items.remove(0),
        other => other,
    }
}

/// An account, also where its root is named.
fn account(value: Json) -> Json {
    match value.as_str().and_then(account_of_root) {
        Some(account) => account.into(),
        None => value,
    }
}

/// The context of AWS's simulator: a list of entries with the name of a key,
/// its values and their type.
fn context(entries: Vec<Json>) -> Result<Fields, String> {
    let mut found = Fields::new();
    for entry in entries {
        let wrong = || {
            "a context entry has not the form {\"ContextKeyName\": …, \"ContextKeyValues\": […]}"
                .to_owned()
        };
        let Json::Object(mut parts) = entry else { return Err(wrong()) };
        let (Some(Json::String(name)), Some(Json::Array(mut values))) =
            (parts.remove("ContextKeyName"), parts.remove("ContextKeyValues"))
        else {
            return Err(wrong());
        };
        let kind = parts.remove("ContextKeyType");
        if !parts.is_empty() {
            return Err(wrong());
        }
        let list = kind.as_ref().and_then(Json::as_str).is_some_and(|kind| kind.ends_with("List"));
        let value = match values.as_slice() {
            [_] if !list => values.remove(0),
            _ => Json::Array(values),
        };
        if found.insert(name.clone(), value).is_some() {
            return Err(format!("the context key {name} is there twice"));
        }
    }
    Ok(found)
}

/// One policy or several, without names around them.
fn policies(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(policy).collect(),
        Json::Null => Json::Array(Vec::new()),
        one => policy(one),
    }
}

/// A policy, also as `{"name": …, "policy": …}`.
fn policy(value: Json) -> Json {
    let Json::Object(mut parts) = value else { return value };
    let inner = ["policy", "document", "Document", "PolicyDocument"];
    match inner.into_iter().find(|name| parts.contains_key(*name)) {
        Some(name) if !parts.contains_key("Statement") => parts.remove(name).unwrap_or(Json::Null),
        _ => Json::Object(parts),
    }
}

/// The policies of a level, also as `{"orgIdentifier": …, "policies": […]}`.
fn level(value: Json) -> Json {
    match value {
        Json::Object(mut parts) if !parts.contains_key("Statement") => {
            match parts.remove("policies") {
                Some(found) => policies(found),
                None => policy(Json::Object(parts)),
            }
        }
        other => policies(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Json) -> Result<Json, String> {
        plain(value.as_object().cloned().unwrap_or_default()).map(Json::Object)
    }

    #[test]
    fn a_question_of_the_policy_simulator_is_read() {
        let asked = json!({
            "PolicySourceArn": "arn:aws:iam::111122223333:user/bob",
            "ActionNames": ["s3:GetObject"], "ResourceArns": ["arn:aws:s3:::b/k"],
            "ResourceOwner": "arn:aws:iam::444455556666:root",
            "PolicyInputList": ["{}"], "PermissionsBoundaryPolicyInputList": [],
            "ContextEntries": [
                {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["203.0.113.9"],
                 "ContextKeyType": "ip"},
                {"ContextKeyName": "aws:TagKeys", "ContextKeyValues": ["a"],
                 "ContextKeyType": "stringList"}],
            "EvalDecision": "explicitDeny"});
        let expected = json!({
            "principal": "arn:aws:iam::111122223333:user/bob", "action": "s3:GetObject",
            "resource": "arn:aws:s3:::b/k", "resource_account": "444455556666",
            "identity_policies": ["{}"],
            "context": {"aws:SourceIp": "203.0.113.9", "aws:TagKeys": ["a"]},
            "expect": "explicitDeny"});
        assert_eq!(read(&asked), Ok(expected));
    }

    #[test]
    fn a_request_with_its_policies_by_name_is_read() {
        let policy = json!({"Statement": []});
        let asked = json!({
            "name": "one", "description": "words",
            "request": {"principal": {"type": "Anonymous"}, "action": "s3:GetObject",
                "resource": {"resource": "arn:aws:s3:::b/k", "accountId": "111122223333"}},
            "identityPolicies": [{"name": "p", "policy": policy}],
            "serviceControlPolicies": [{"orgIdentifier": "r", "policies": [{"name": "s", "policy": policy}]}, policy],
            "sessionPolicy": null, "vpcEndpointPolicies": [], "expected": {"response": "Allowed"}});
        let expected = json!({
            "id": "one", "principal": "Anonymous", "action": "s3:GetObject",
            "resource": "arn:aws:s3:::b/k", "resource_account": "111122223333",
            "identity_policies": [policy], "scps": [[policy], policy], "expect": "Allowed"});
        assert_eq!(read(&asked), Ok(expected));
    }

    #[test]
    fn what_is_said_twice_or_in_no_known_form_is_refused() {
        for (asked, word) in [
            (json!({"principal": "a", "principalArn": "b"}), "another field"),
            (json!({"id": 1, "name": "b"}), "another field"),
            (json!({"context": ["aws:SourceIp"]}), "ContextKeyName"),
            (json!({"resource": {"bucket": "b"}}), "`bucket`"),
            (json!({"expected": {"blockedBy": "scp"}}), "`response`"),
        ] {
            let found = read(&asked).err().unwrap_or_default();
            assert!(found.contains(word), "{asked}: {found}");
        }
    }
}
