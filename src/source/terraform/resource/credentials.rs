//! Literal credentials in the source.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Declared;
use crate::model::{Reason, ResourceRef, Snapshot, TemplateCredential};
use crate::source::node::{Node, Value};

/// Attributes that take a credential, by type.
const CREDENTIALS: &[(&str, &[&str])] = &[
    ("aws_codebuild_source_credential", &["token"]),
    ("aws_db_instance", &["password"]),
    ("aws_directory_service_directory", &["password"]),
    ("aws_dms_endpoint", &["password"]),
    ("aws_docdb_cluster", &["master_password"]),
    ("aws_elasticache_replication_group", &["auth_token"]),
    ("aws_elasticache_user", &["passwords"]),
    ("aws_mq_broker", &["user", "password"]),
    (
        "aws_opensearch_domain",
        &["advanced_security_options", "master_user_options", "master_user_password"],
    ),
    ("aws_rds_cluster", &["master_password"]),
    ("aws_redshift_cluster", &["master_password"]),
    ("aws_redshiftserverless_namespace", &["admin_user_password"]),
    ("aws_secretsmanager_secret_version", &["secret_string"]),
    ("aws_ssm_parameter", &["value"]),
];

/// Records attributes that take a credential. A value that the source only
/// refers to (another resource, a variable that is given elsewhere) is no literal.
pub(in super::super) fn credentials(declared: &[Declared<'_>], snapshot: &mut Snapshot) {
    let mut found: BTreeMap<String, Vec<TemplateCredential>> = BTreeMap::new();
    for one in declared {
        for (_, path) in CREDENTIALS.iter().filter(|(kind, _)| *kind == one.instance.kind) {
            if one.instance.kind == "aws_ssm_parameter"
                && one.get("type").and_then(Node::text).as_deref() != Some("SecureString")
            {
                continue;
            }
            let id = one.file.name.to_string();
            let list = found.entry(id.clone()).or_default();
            for node in at(one, one.expressions, &one.values, path) {
                let path_of_value = format!("/credentials/{}/value", list.len());
                let mut draft = one.draft_of(snapshot, ResourceRef::new("templates", &id));
                if !one.scope.has_source() {
                    let source = "a file without the configuration".to_owned();
                    draft.gap(&path_of_value, Reason::NotInSource { source });
                }
                if let Some(value) = draft.secret(&path_of_value, "password", Some(&node)) {
                    list.push(TemplateCredential {
                        resource: one.address.clone(),
                        property: path.join("."),
                        value,
                    });
                }
            }
        }
    }
    for (id, credentials) in found {
        if let Some(template) = snapshot.model.templates.get_mut(&id) {
            template.credentials.extend(credentials);
        }
    }
}

/// The values at a path through blocks, those that the source only refers to as
/// secrets.
fn at(one: &Declared<'_>, expressions: &Json, values: &Node, path: &[&str]) -> Vec<Node> {
    let [name, below @ ..] = path else { return Vec::new() };
    let expression = expressions.get(name);
    let Some(node) = values.get(name) else { return Vec::new() };
    if !below.is_empty() {
        let blocks = node.items().iter().enumerate();
        let of_block = |index| expression.and_then(|blocks| blocks.get(index));
        return blocks
            .flat_map(|(index, block)| {
                at(one, of_block(index).unwrap_or(&Json::Null), block, below)
            })
            .collect();
    }
    let constant = expression.and_then(|expression| expression.get("constant_value"));
    let texts: Vec<String> = match constant {
        Some(Json::Array(items)) => {
            items.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        }
        _ => expression.and_then(|of| one.scope.literal(of, one.instance)).into_iter().collect(),
    };
    let origin = || node.origin.clone();
    match texts.is_empty() {
        true => vec![Node::at(Value::Secret, origin())],
        false => texts.into_iter().map(|text| Node::at(Value::Text(text), origin())).collect(),
    }
}
