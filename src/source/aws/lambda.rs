//! Lambda functions, their URLs and policies.
//!
//! Source: the AWS Lambda API reference.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::types;

use super::scope::{Scope, each};
use crate::model::{
    EnvironmentVariable, FunctionUrl, Identity, LambdaFunction, Reason, ResourceRef, SecretValue,
};
use crate::source::operation::lambda::{
    GET_POLICY, LIST_FUNCTION_URL_CONFIGS, LIST_FUNCTIONS, LIST_TAGS,
};

pub(super) async fn read(scope: &Scope, client: Client) {
    let pages = client.list_functions().into_paginator().send();
    let pages = scope.pages(&LIST_FUNCTIONS, None, pages).await;
    let found = pages.into_iter().flat_map(|page| page.functions.unwrap_or_default());
    let arns: Vec<String> = found.filter_map(|found| function(scope, found)).collect();
    let urls = arns.iter().map(|arn| urls(scope, &client, arn));
    let policies = arns.iter().map(|arn| policy(scope, &client, arn));
    let tags = arns.iter().map(|arn| tags(scope, &client, arn));
    futures::join!(each(urls), each(policies), each(tags));
}

/// Keeps a function; gives its key.
fn function(scope: &Scope, found: types::FunctionConfiguration) -> Option<String> {
    let arn = found.function_arn?;
    let identity = Identity {
        arn: Some(arn.clone()),
        name: found.function_name,
        ..scope.identity(arn.clone())
    };
    let mut function = LambdaFunction::new(identity);
    function.runtime = found.runtime.map(|runtime| runtime.as_str().to_owned());
    function.package_type =
        Some(found.package_type.map_or("Zip".to_owned(), |kind| kind.as_str().to_owned()));
    function.role = found.role;
    if let Some(network) = found.vpc_config {
        function.subnet_ids = network.subnet_ids.unwrap_or_default();
        function.security_group_ids = network.security_group_ids.unwrap_or_default();
        function.ipv6_allowed_for_dual_stack = network.ipv6_allowed_for_dual_stack;
    }
    function.in_vpc = Some(!function.subnet_ids.is_empty());
    function.ipv6_allowed_for_dual_stack = function.ipv6_allowed_for_dual_stack.or(Some(false));
    function.kms_key_id = found.kms_key_arn;
    function.tracing_mode = Some(
        found
            .tracing_config
            .and_then(|tracing| tracing.mode)
            .map_or("PassThrough".to_owned(), |mode| mode.as_str().to_owned()),
    );
    let mut unreadable = None;
    if let Some(environment) = found.environment {
        unreadable = environment.error.map(|error| error.error_code.unwrap_or_default());
        let mut variables: Vec<_> = environment.variables.unwrap_or_default().into_iter().collect();
        variables.sort();
        function.environment = variables
            .into_iter()
            .map(|(name, value)| EnvironmentVariable {
                value: SecretValue::of_literal(&name, &value, scope.secret_key()),
                name: Some(name),
            })
            .collect();
    }
    let reference = scope.insert(function, &LIST_FUNCTIONS);
    if let Some(code) = unreadable {
        let detail = format!("Lambda could not decrypt it: {code}");
        let expression = "the function's environment".to_owned();
        scope.gap(&reference, "/environment", Reason::Unresolvable { expression, detail });
    }
    Some(arn)
}

async fn urls(scope: &Scope, client: &Client, arn: &str) {
    let pages = client.list_function_url_configs().function_name(arn).into_paginator().send();
    let pages = scope.pages(&LIST_FUNCTION_URL_CONFIGS, Some(arn), pages).await;
    let found: Vec<FunctionUrl> = pages
        .into_iter()
        .flat_map(|page| page.function_url_configs)
        .map(|url| FunctionUrl {
            qualifier: url.function_arn.strip_prefix(&format!("{arn}:")).map(str::to_owned),
            auth_type: Some(url.auth_type.as_str().to_owned()),
        })
        .collect();
    scope.update::<LambdaFunction>(arn, |function| function.urls = found);
}

/// The function's own policy; those of its versions and aliases are not asked for.
async fn policy(scope: &Scope, client: &Client, arn: &str) {
    let call = client.get_policy().function_name(arn).send();
    let none = &["ResourceNotFoundException"];
    let Some(answer) = scope.ask(&GET_POLICY, Some(arn), none, call).await.given() else { return };
    let Some(text) = answer.policy else { return };
    let reference = ResourceRef::new("lambda_functions", arn);
    let policy = scope.policy(&reference, "/policy", &text, &GET_POLICY);
    scope.update::<LambdaFunction>(arn, |function| function.policy = policy);
}

async fn tags(scope: &Scope, client: &Client, arn: &str) {
    let call = client.list_tags().resource(arn).send();
    let Some(answer) = scope.call(&LIST_TAGS, Some(arn), call).await else { return };
    let tags = answer.tags.unwrap_or_default().into_iter().collect();
    scope.update::<LambdaFunction>(arn, |function| function.tags = tags);
}
