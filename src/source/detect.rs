//! Finds out from its content what a file is.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::aws_cli;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A CloudFormation template, in YAML or JSON.
    CloudFormation,
    /// The manifest of a CDK cloud assembly (`cdk.out/manifest.json`).
    CloudAssembly,
    /// A Terraform plan or state, as `terraform show -json` prints it.
    Terraform,
    /// A Terraform state file, or a plan in Terraform's own form.
    TerraformRaw,
    /// A snapshot of this program.
    Snapshot,
    /// Saved output of the AWS CLI.
    AwsCli,
    /// A Kubernetes manifest.
    Kubernetes,
    /// A file that names itself as one of these but cannot be parsed as JSON.
    BrokenJson,
    /// None of these.
    Other,
}

/// The top-level keys that tell JSON files apart.
#[derive(Deserialize)]
struct Keys {
    #[serde(rename = "AWSTemplateFormatVersion")]
    template_version: Option<IgnoredAny>,
    #[serde(rename = "Resources")]
    template_resources: Option<IgnoredAny>,
    format_version: Option<IgnoredAny>,
    planned_values: Option<IgnoredAny>,
    terraform_version: Option<IgnoredAny>,
    lineage: Option<IgnoredAny>,
    serial: Option<IgnoredAny>,
    schema_version: Option<IgnoredAny>,
    model: Option<IgnoredAny>,
    artifacts: Option<IgnoredAny>,
    #[serde(rename = "apiVersion")]
    api_version: Option<IgnoredAny>,
    kind: Option<IgnoredAny>,
}

/// What the file with this text is.
pub fn kind(text: &str) -> Kind {
    let trimmed = text.trim_start();
    if is_saved(trimmed) {
        return Kind::Snapshot;
    }
    if trimmed.starts_with('{') {
        return match json_keys(trimmed) {
            Ok(keys) => match of_json(&keys) {
                Kind::Other if is_answer(trimmed) => Kind::AwsCli,
                kind => kind,
            },
            // YAML's flow form, and templates with comments, look like JSON.
            Err(_)
                if trimmed.contains("\"Resources\"")
                    || trimmed.contains("AWSTemplateFormatVersion") =>
            {
                Kind::CloudFormation
            }
            Err(_) if looks_like_ours(trimmed) => Kind::BrokenJson,
            Err(_) => Kind::Other,
        };
    }
    of_yaml(text)
}

/// Whether a text begins as the snapshots that this program saves, which may be
/// too large to read just to tell what they are.
fn is_saved(text: &str) -> bool {
    let after_tool = || {
        let rest = text.strip_prefix("{\"schema_version\":")?;
        let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let (_, rest) = rest.strip_prefix(",\"tool_version\":\"")?.split_once('"')?;
        Some(rest)
    };
    after_tool().is_some_and(|rest| rest.starts_with(",\"model\":{"))
}

fn json_keys(text: &str) -> serde_json::Result<Keys> {
    // Duplicate keys are the template reader's to report.
    match serde_json::from_str::<Keys>(text) {
        Err(error) if error.is_data() && error.to_string().starts_with("duplicate field") => {
            serde_json::from_str::<serde_json::Value>(text).and_then(serde_json::from_value)
        }
        other => other,
    }
}

fn of_json(keys: &Keys) -> Kind {
    if keys.template_version.is_some() || keys.template_resources.is_some() {
        Kind::CloudFormation
    } else if keys.schema_version.is_some() && keys.model.is_some() {
        Kind::Snapshot
    } else if keys.planned_values.is_some()
        || (keys.format_version.is_some() && keys.terraform_version.is_some())
    {
        Kind::Terraform
    } else if keys.lineage.is_some() && (keys.terraform_version.is_some() || keys.serial.is_some())
    {
        Kind::TerraformRaw
    } else if keys.artifacts.is_some() {
        Kind::CloudAssembly
    } else if keys.api_version.is_some() && keys.kind.is_some() {
        Kind::Kubernetes
    } else {
        Kind::Other
    }
}

/// Whether an object's members are those of an answer of the AWS CLI.
fn is_answer(text: &str) -> bool {
    let members = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text);
    let keys: Vec<String> = members.unwrap_or_default().into_keys().collect();
    aws_cli::is_answer(&keys, text)
}

/// Whether a broken JSON file was meant to be one of these.
fn looks_like_ours(text: &str) -> bool {
    ["planned_values", "terraform_version", "schema_version", "artifacts"]
        .into_iter()
        .chain(aws_cli::names())
        .any(|key| text.contains(&format!("\"{key}\"")))
}

fn of_yaml(text: &str) -> Kind {
    let mut api_version = false;
    for line in text.lines() {
        let Some((key, _)) = line.split_once(':') else { continue };
        match key.trim_end().trim_matches(['"', '\'']) {
            "AWSTemplateFormatVersion" | "Resources" => return Kind::CloudFormation,
            "apiVersion" => api_version = true,
            "kind" if api_version => return Kind::Kubernetes,
            _ => {}
        }
    }
    Kind::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_content() {
        let cases = [
            ("AWSTemplateFormatVersion: '2010-09-09'\n", Kind::CloudFormation),
            ("Description: x\nResources:\n  A: {}\n", Kind::CloudFormation),
            (r#"{"Resources": {}}"#, Kind::CloudFormation),
            (r#"{"Resources": {}, "Resources": {}}"#, Kind::CloudFormation),
            (r#"{"Resources": {"#, Kind::CloudFormation),
            (
                r#"{"format_version": "1.2", "terraform_version": "1.9", "planned_values": {}}"#,
                Kind::Terraform,
            ),
            (
                r#"{"format_version": "0.1", "terraform_version": "0.14", "values": {}}"#,
                Kind::Terraform,
            ),
            (r#"{"version": 4, "terraform_version": "1.9", "lineage": "x"}"#, Kind::TerraformRaw),
            (r#"{"version": 1, "serial": 3, "lineage": "x", "modules": []}"#, Kind::TerraformRaw),
            (r#"{"serial": 1, "lineage": "x", "encrypted_data": "x"}"#, Kind::TerraformRaw),
            (r#"{"schema_version": 1, "model": {}}"#, Kind::Snapshot),
            (r#"{"schema_version":1,"tool_version":"0.1.0","model":{"#, Kind::Snapshot),
            (r#"{"schema_version":1,"tool_version":"0.1.0","name":{"#, Kind::BrokenJson),
            (r#"{"version": "36.0.0", "artifacts": {}}"#, Kind::CloudAssembly),
            ("apiVersion: apps/v1\nkind: Deployment\n", Kind::Kubernetes),
            (r#"{"planned_values": {"#, Kind::BrokenJson),
            (r#"{"Vpcs": []}"#, Kind::AwsCli),
            (r#"{"Vpcs": [{"VpcId": "vpc-1"}], "NextToken": "x"}"#, Kind::AwsCli),
            (r#"{"UserDetailList": [], "IsTruncated": false}"#, Kind::AwsCli),
            (r#"{"VpcId": "vpc-1", "EnableDnsSupport": {"Value": true}}"#, Kind::AwsCli),
            (r#"{"Rules": [{"RuleArn": "x"}]}"#, Kind::AwsCli),
            (r#"{"Rules": [{"ID": "x"}]}"#, Kind::Other),
            (r#"{"Vpcs": [{"VpcId": "vpc-1""#, Kind::BrokenJson),
            (r#"{"name": "package"}"#, Kind::Other),
            ("hello", Kind::Other),
            ("", Kind::Other),
        ];
        for (text, expected) in cases {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}
