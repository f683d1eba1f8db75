//! Lambda functions and their URLs.
//!
//! Source: the AWS CLI command reference, `aws lambda`.

use std::collections::BTreeSet;

use super::scope::{Scope, by_name};
use crate::model::{EnvironmentVariable, FunctionUrl, LambdaFunction, Reason};
use crate::source::node::Node;
use crate::source::operation::lambda::{LIST_FUNCTION_URL_CONFIGS, LIST_FUNCTIONS};

pub(super) fn read(scope: &mut Scope<'_>) {
    for item in scope.items(&LIST_FUNCTIONS) {
        function(scope, &item);
    }
    urls(scope);
}

fn function(scope: &mut Scope<'_>, node: &Node) {
    let Some(arn) = scope.key(&LIST_FUNCTIONS, node, "FunctionArn") else { return };
    let name = node.get("FunctionName").and_then(Node::text);
    let mut function = LambdaFunction::new(scope.by_arn(&arn, name));
    let mut item = scope.read(&function, node);
    function.runtime = item.string("/runtime", "Runtime");
    function.package_type = item.string_or("/package_type", "PackageType", "Zip");
    function.role = item.string("/role", "Role");
    if let Some(network) = item.get("VpcConfig") {
        let draft = &mut item.draft;
        function.subnet_ids = draft.strings("/subnet_ids", network.get("SubnetIds"));
        function.security_group_ids =
            draft.strings("/security_group_ids", network.get("SecurityGroupIds"));
        let path = "/ipv6_allowed_for_dual_stack";
        function.ipv6_allowed_for_dual_stack =
            draft.bool(path, network.get("Ipv6AllowedForDualStack"), None);
    }
    function.in_vpc = Some(!function.subnet_ids.is_empty());
    function.ipv6_allowed_for_dual_stack = function.ipv6_allowed_for_dual_stack.or(Some(false));
    function.kms_key_id = item.string("/kms_key_id", "KMSKeyArn");
    let mode = item.get("TracingConfig").and_then(|tracing| tracing.get("Mode"));
    function.tracing_mode = item.draft.string("/tracing_mode", mode, Some("PassThrough"));
    if let Some(environment) = item.get("Environment") {
        let variables = environment.get("Variables");
        let mut variables: Vec<_> = item.draft.entries("/environment", variables).iter().collect();
        variables.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (index, (name, value)) in variables.into_iter().enumerate() {
            let path = format!("/environment/{index}/value");
            if let Some(value) = item.draft.secret(&path, name, Some(value)) {
                function.environment.push(EnvironmentVariable { name: Some(name.clone()), value });
            }
        }
        if let Some(error) = environment.get("Error") {
            let code = error.get("ErrorCode").and_then(Node::text).unwrap_or_default();
            let detail = format!("Lambda could not decrypt it: {code}");
            let expression = "the function's environment".to_owned();
            item.draft.gap("/environment", Reason::Unresolvable { expression, detail });
        }
    }
    scope.keep(function);
}

fn urls(scope: &mut Scope<'_>) {
    let functions = scope.keys::<LambdaFunction>();
    let mut told = BTreeSet::new();
    for answer in scope.take(&LIST_FUNCTION_URL_CONFIGS) {
        let configs = answer.node.get("FunctionUrlConfigs").map(Node::items).unwrap_or_default();
        if configs.is_empty() {
            told.extend(by_name(answer.file(), &functions));
        }
        for item in configs {
            let text = |key: &str| item.get(key).and_then(Node::text);
            let Some(arn) = text("FunctionArn") else { continue };
            // With its alias, where it is of one.
            let owner = functions.iter().find(|function| {
                arn.strip_prefix(function.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            });
            let Some(owner) = owner else { continue };
            let qualifier = arn.strip_prefix(&format!("{owner}:")).map(str::to_owned);
            let url = FunctionUrl { qualifier, auth_type: text("AuthType") };
            scope.update::<LambdaFunction>(owner, |function| function.urls.push(url));
            told.insert(owner.clone());
        }
    }
    let operation = &LIST_FUNCTION_URL_CONFIGS;
    scope.leave_rest_open(operation, "lambda_functions", &functions, &told);
}
