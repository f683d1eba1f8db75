//! Attributes that take a credential.

use serde_json::{Value as Json, json};

use super::Declared;
use crate::model::secret::credential_reason;
use crate::model::{Origin, Reason, ResourceRef, Snapshot, Span, TemplateCredential};
use crate::source::draft::Draft;
use crate::source::node::{Node, Value};
use crate::source::terraform::plan::{ConfigModule, Plan};
use crate::source::terraform::source::{Sources, VARIABLE};
use crate::source::{TemplateOptions, TextFile};

/// Paths through blocks and maps by type.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("aws_alb_listener", &["default_action", "authenticate_oidc", "client_secret"]),
    ("aws_alb_listener_rule", &["action", "authenticate_oidc", "client_secret"]),
    ("aws_amplify_app", &["access_token"]),
    ("aws_amplify_app", &["oauth_token"]),
    ("aws_api_gateway_api_key", &["value"]),
    ("aws_appstream_directory_config", &["service_account_credentials", "account_password"]),
    ("aws_cloudwatch_event_connection", &["auth_parameters", "api_key", "value"]),
    ("aws_cloudwatch_event_connection", &["auth_parameters", "basic", "password"]),
    (
        "aws_cloudwatch_event_connection",
        &["auth_parameters", "oauth", "client_parameters", "client_secret"],
    ),
    ("aws_codebuild_source_credential", &["token"]),
    ("aws_codepipeline", &["stage", "action", "configuration", "OAuthToken"]),
    ("aws_codepipeline_webhook", &["authentication_configuration", "secret_token"]),
    ("aws_cognito_identity_provider", &["provider_details", "client_secret"]),
    ("aws_cognito_user", &["password"]),
    ("aws_cognito_user", &["temporary_password"]),
    ("aws_connect_user", &["password"]),
    ("aws_db_instance", &["password"]),
    ("aws_directory_service_directory", &["password"]),
    ("aws_directory_service_trust", &["trust_password"]),
    ("aws_dms_endpoint", &["password"]),
    ("aws_docdb_cluster", &["master_password"]),
    ("aws_docdbelastic_cluster", &["admin_user_password"]),
    ("aws_elasticache_replication_group", &["auth_token"]),
    ("aws_elasticache_user", &["authentication_mode", "passwords"]),
    ("aws_elasticache_user", &["passwords"]),
    (
        "aws_elasticsearch_domain",
        &["advanced_security_options", "master_user_options", "master_user_password"],
    ),
    ("aws_emr_cluster", &["kerberos_attributes", "ad_domain_join_password"]),
    ("aws_emr_cluster", &["kerberos_attributes", "cross_realm_trust_principal_password"]),
    ("aws_emr_cluster", &["kerberos_attributes", "kdc_admin_password"]),
    ("aws_fsx_ontap_file_system", &["fsx_admin_password"]),
    ("aws_fsx_ontap_storage_virtual_machine", &["svm_admin_password"]),
    ("aws_fsx_windows_file_system", &["self_managed_active_directory", "password"]),
    ("aws_glue_connection", &["connection_properties", "PASSWORD"]),
    ("aws_kinesis_firehose_delivery_stream", &["http_endpoint_configuration", "access_key"]),
    ("aws_kinesis_firehose_delivery_stream", &["redshift_configuration", "password"]),
    ("aws_kinesis_firehose_delivery_stream", &["splunk_configuration", "hec_token"]),
    ("aws_lambda_permission", &["event_source_token"]),
    ("aws_lb_listener", &["default_action", "authenticate_oidc", "client_secret"]),
    ("aws_lb_listener_rule", &["action", "authenticate_oidc", "client_secret"]),
    ("aws_lightsail_database", &["master_password"]),
    ("aws_memorydb_user", &["authentication_mode", "passwords"]),
    ("aws_mq_broker", &["ldap_server_metadata", "service_account_password"]),
    ("aws_mq_broker", &["user", "password"]),
    (
        "aws_opensearch_domain",
        &["advanced_security_options", "master_user_options", "master_user_password"],
    ),
    ("aws_pinpoint_adm_channel", &["client_secret"]),
    ("aws_pinpoint_apns_channel", &["private_key"]),
    ("aws_pinpoint_apns_channel", &["token_key"]),
    ("aws_pinpoint_baidu_channel", &["secret_key"]),
    ("aws_pinpoint_gcm_channel", &["api_key"]),
    ("aws_quicksight_data_source", &["credentials", "credential_pair", "password"]),
    ("aws_rds_cluster", &["master_password"]),
    ("aws_redshift_cluster", &["master_password"]),
    ("aws_redshiftserverless_namespace", &["admin_user_password"]),
    ("aws_secretsmanager_secret_version", &["secret_string"]),
    ("aws_ssm_parameter", &["value"]),
    ("aws_vpn_connection", &["tunnel1_preshared_key"]),
    ("aws_vpn_connection", &["tunnel2_preshared_key"]),
];

/// Records attributes that take a credential, and the defaults of variables for
/// one. A value that the source only refers to (another resource, a variable
/// that is given elsewhere) is no literal.
pub(in super::super) fn declare(
    declared: &[Declared<'_>],
    plan: &Plan,
    sources: &Sources,
    (file, options): (&TextFile, &TemplateOptions),
    snapshot: &mut Snapshot,
) {
    let id = file.name.to_string();
    let mut list: Vec<TemplateCredential> = Vec::new();
    // A state does not tell what its source refers to.
    let has_source = declared.first().is_none_or(|one| one.scope.has_source());
    let mut add = |resource: &str, property: String, name: &str, origin: &Origin, node: &Node| {
        let path = format!("/credentials/{}/value", list.len());
        let template = ResourceRef::new("templates", &id);
        let mut draft = Draft::new(snapshot, template, origin.clone(), options.secret_key)
            .located(options.account.clone(), options.region.clone());
        if !has_source {
            let source = "a file without the configuration".to_owned();
            draft.gap(&path, Reason::NotInSource { source });
        }
        if let Some(value) = draft.secret(&path, name, Some(node)) {
            list.push(TemplateCredential { resource: resource.to_owned(), property, value });
        }
    };
    for one in declared {
        for (_, path) in ATTRIBUTES.iter().filter(|(kind, _)| *kind == one.instance.kind) {
            if one.instance.kind == "aws_ssm_parameter"
                && one.get("type").and_then(Node::text).as_deref() != Some("SecureString")
            {
                continue;
            }
            for node in at(one, one.expressions, &one.values, path) {
                add(&one.address, path.join("."), "password", &one.origin, &node);
            }
        }
    }
    let prefix = options.id_prefix.as_deref().unwrap_or_default();
    for default in defaults(&plan.configuration.root_module, "", None) {
        let Default { module, name, text, is_sensitive } = default;
        let dot = if module.is_empty() { "" } else { "." };
        let address = format!("{prefix}{module}{dot}var.{name}");
        let places = sources.of(&module, VARIABLE, name);
        let origin = Origin::Plan {
            file: file.name.clone(),
            address: address.clone(),
            span: Some(places.header().cloned().unwrap_or_else(|| first_line(file))),
        };
        let node = Node::at(Value::Text(text.to_owned()), Some(places.origin("/default", &origin)));
        // That it is sensitive says that it is one, whatever its name.
        let kind = if is_sensitive { "password" } else { name };
        add(&address, "default".to_owned(), kind, &origin, &node);
    }
    if let Some(template) = snapshot.model.templates.get_mut(&id) {
        template.credentials.extend(list);
    }
}

/// The default of a variable that takes a credential.
struct Default<'p> {
    module: String,
    name: &'p str,
    text: &'p str,
    is_sensitive: bool,
}

/// Literal defaults for credentials, those left out that `call` gives a value in
/// their place.
fn defaults<'p>(module: &'p ConfigModule, address: &str, call: Option<&Json>) -> Vec<Default<'p>> {
    let mut found = Vec::new();
    for (name, variable) in &module.variables {
        let named = credential_reason(name, "value").is_some();
        if let Some(text) = variable.default.as_str()
            && !text.is_empty()
            && (variable.sensitive || named)
            && call.is_none_or(|given| given.get(name).is_none())
        {
            let is_sensitive = variable.sensitive;
            found.push(Default { module: address.to_owned(), name, text, is_sensitive });
        }
    }
    for (name, call) in &module.module_calls {
        let dot = if address.is_empty() { "" } else { "." };
        let address = format!("{address}{dot}module.{name}");
        found.extend(defaults(&call.module, &address, Some(&call.expressions)));
    }
    found
}

fn first_line(file: &TextFile) -> Span {
    let name = file.name.clone();
    Span { file: name, start_line: 1, start_column: 1, end_line: 1, end_column: 2 }
}

/// The values at a path through blocks and maps, those that the source only refers to as
/// secrets.
fn at(one: &Declared<'_>, expressions: &Json, values: &Node, path: &[&str]) -> Vec<Node> {
    let [name, below @ ..] = path else { return Vec::new() };
    let expression = expressions.get(name);
    let Some(node) = values.get(name) else { return Vec::new() };
    if !below.is_empty() {
        // A map that is written out whole.
        if let Some(map @ Json::Object(_)) = expression.and_then(|map| map.get("constant_value")) {
            let written: serde_json::Map<String, Json> = below
                .first()
                .and_then(|name| {
                    Some(((*name).to_owned(), json!({"constant_value": map.get(name)?})))
                })
                .into_iter()
                .collect();
            return at(one, &Json::Object(written), node, below);
        }
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
