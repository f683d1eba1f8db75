//! `AWS::Lambda`.

use super::{Declared, target_of};
use crate::model::{
    EnvironmentVariable, FunctionUrl, Gap, LambdaFunction, Reason, ResourceRef, Snapshot, link,
};
use crate::source::lambda_permission::{self, Permission};
use crate::source::node::Value;

pub(super) fn function(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "lambda_functions");
    let mut function = LambdaFunction::new(declared.identity(&mut draft, "FunctionName"));
    let network = |name: &str| declared.at(&["VpcConfig", name]);
    function.runtime = draft.string("/runtime", declared.get("Runtime"), None);
    function.package_type = draft.string("/package_type", declared.get("PackageType"), Some("Zip"));
    function.role = draft.string("/role", declared.get("Role"), None);
    let subnets = declared.get("VpcConfig").filter(|node| node.unknown().is_some());
    function.subnet_ids = draft.strings("/subnet_ids", subnets.or_else(|| network("SubnetIds")));
    function.security_group_ids =
        draft.strings("/security_group_ids", subnets.or_else(|| network("SecurityGroupIds")));
    function.in_vpc = draft.whether_any(
        "/in_vpc",
        subnets.or_else(|| network("SubnetIds")),
        &function.subnet_ids,
    );
    function.ipv6_allowed_for_dual_stack =
        draft.bool("/ipv6_allowed_for_dual_stack", network("Ipv6AllowedForDualStack"), Some(false));
    function.kms_key_id = draft.string("/kms_key_id", declared.get("KmsKeyArn"), None);
    function.tracing_mode =
        draft.string("/tracing_mode", declared.at(&["TracingConfig", "Mode"]), Some("PassThrough"));
    let environment = declared.get("Environment");
    let variables = environment
        .filter(|node| node.unknown().is_some())
        .or_else(|| environment.and_then(|node| node.get("Variables")));
    function.environment = draft
        .entries("/environment", variables)
        .iter()
        .enumerate()
        .map(|(index, (name, value))| EnvironmentVariable {
            name: Some(name.clone()),
            value: draft.variable(&format!("/environment/{index}/value"), name, Some(value)),
        })
        .collect();
    snapshot.model.insert(function);
}

/// A version or an alias is called for its function.
pub(super) fn qualified(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let function = match declared.get("FunctionName").map(|node| &node.value) {
        Some(Value::Reference(reference)) => reference.id.clone(),
        _ => return,
    };
    snapshot.alias(&ResourceRef::new("lambda_functions", function), declared.id.clone());
}

/// Notes on a function what its version or alias is called.
pub(super) fn name_qualified(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    if !["AWS::Lambda::Alias", "AWS::Lambda::Version"].contains(&declared.kind.as_str()) {
        return;
    }
    let named = declared.target("FunctionName");
    if let Some(id) = named.and_then(|name| lambda_permission::function(snapshot, &name)) {
        let function = ResourceRef::new("lambda_functions", id);
        lambda_permission::name_qualified(snapshot, &function, declared.id.clone());
    }
}

pub(super) fn permission(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let named = declared.get("FunctionName").filter(|node| !lambda_permission::is_qualified(node));
    let Some(id) =
        named.and_then(target_of).and_then(|name| lambda_permission::function(snapshot, &name))
    else {
        return;
    };
    let permission = Permission {
        sid: None,
        action: declared.get("Action"),
        principal: declared.get("Principal"),
        source_arn: declared.get("SourceArn"),
        source_account: declared.get("SourceAccount"),
        organization: declared.get("PrincipalOrgID"),
        url_auth_type: declared.get("FunctionUrlAuthType"),
        via_url: declared.get("InvokedViaFunctionUrl"),
        event_source_token: declared.get("EventSourceToken"),
    };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("lambda_functions", &id));
    lambda_permission::add(&mut draft, &id, &permission, Some(&declared.origin));
}

pub(super) fn url(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let named = declared.target("TargetFunctionArn");
    let found = named.as_deref().and_then(|name| link::lookup::<LambdaFunction>(snapshot, name));
    let Some(id) = found else {
        // It may be the URL of any function.
        let target = named.unwrap_or_else(|| format!("the function of {}", declared.logical));
        snapshot.gaps.insert(Gap {
            collection: "lambda_functions".to_owned(),
            id: None,
            path: "/urls".to_owned(),
            account: declared.root.options.account.clone(),
            region: declared.root.options.region.clone(),
            reason: Reason::UnresolvedReference { target },
        });
        return;
    };
    let at = snapshot.model.lambda_functions.get(&id).map_or(0, |function| function.urls.len());
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("lambda_functions", &id));
    draft.place(&format!("/urls/{at}"), Some(&declared.origin));
    let url = FunctionUrl {
        qualifier: draft.string(&format!("/urls/{at}/qualifier"), declared.get("Qualifier"), None),
        auth_type: draft.string(&format!("/urls/{at}/auth_type"), declared.get("AuthType"), None),
    };
    if let Some(function) = snapshot.model.lambda_functions.get_mut(&id) {
        function.urls.push(url);
    }
}
