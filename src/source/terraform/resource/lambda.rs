//! Lambda functions.

use super::Declared;
use crate::model::{
    EnvironmentVariable, FunctionUrl, Gap, LambdaFunction, Reason, ResourceRef, Snapshot,
};
use crate::source::lambda_permission::{self, Permission};
use crate::source::node::{Node, Value};

pub(super) fn function(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "lambda_functions");
    let mut function = LambdaFunction::new(declared.identity(&mut draft, "function_name"));
    let network = |name: &str| declared.at(&["vpc_config", name]);
    function.runtime = draft.string("/runtime", declared.get("runtime"), None);
    function.package_type =
        draft.string("/package_type", declared.get("package_type"), Some("Zip"));
    function.role = draft.string("/role", declared.get("role"), None);
    let whole = declared.get("vpc_config").filter(|node| node.unknown().is_some());
    let subnets = whole.or_else(|| network("subnet_ids"));
    function.subnet_ids = draft.strings("/subnet_ids", subnets);
    function.in_vpc = draft.whether_any("/in_vpc", subnets, &function.subnet_ids);
    function.security_group_ids =
        draft.strings("/security_group_ids", whole.or_else(|| network("security_group_ids")));
    function.ipv6_allowed_for_dual_stack = draft.bool(
        "/ipv6_allowed_for_dual_stack",
        network("ipv6_allowed_for_dual_stack"),
        Some(false),
    );
    function.kms_key_id = draft.string("/kms_key_id", declared.get("kms_key_arn"), None);
    let tracing = declared.at(&["tracing_config", "mode"]).filter(|node| node.unknown().is_none());
    function.tracing_mode = draft.string("/tracing_mode", tracing, Some("PassThrough"));
    let environment = declared.get("environment").filter(|node| node.unknown().is_some());
    let variables = environment.or_else(|| declared.at(&["environment", "variables"]));
    function.environment = draft
        .entries("/environment", variables)
        .iter()
        .enumerate()
        .map(|(index, (name, value))| EnvironmentVariable {
            name: Some(name.clone()),
            value: draft.variable(&format!("/environment/{index}/value"), name, Some(value)),
        })
        .collect();
    if !declared.instance.created {
        // Others may have permissions that the plan does not have.
        draft.gap("/policy", not_told());
    }
    // What its alias or its permission calls it by.
    let reference = ResourceRef::new("lambda_functions", &function.id);
    let spelled = |attribute: &str| declared.get(attribute).and_then(Node::text);
    for text in ["qualified_arn", "invoke_arn"].into_iter().filter_map(spelled) {
        snapshot.alias(&reference, text);
    }
    let unpublished = spelled("qualified_arn").filter(|arn| arn.ends_with(":$LATEST"));
    function.qualified.extend(spelled("qualified_arn").filter(|_| unpublished.is_none()));
    snapshot.model.insert(function);
}

fn not_told() -> Reason {
    super::not_told("a function")
}

/// Keeps the policies of functions that are there already.
pub(super) fn keep_known(base: &Snapshot, read: &mut Snapshot) {
    for (id, function) in read.model.lambda_functions.iter_mut() {
        let Some(known) = base.model.lambda_functions.get(id) else { continue };
        let before = read.gaps.len();
        read.gaps.retain(|gap| {
            !(gap.collection == "lambda_functions"
                && gap.id.as_deref() == Some(id)
                && gap.reason == not_told())
        });
        if read.gaps.len() < before {
            function.policy.clone_from(&known.policy);
            // What the account does not tell of it stays open.
            let open = base.gaps.iter().filter(|gap| {
                gap.collection == "lambda_functions"
                    && gap.id.as_deref() == Some(id)
                    && gap.touches("/policy")
            });
            read.gaps.extend(open.cloned());
        }
    }
}

pub(super) fn permission(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let named = declared.get("function_name").filter(|node| !lambda_permission::is_qualified(node));
    let text = match named.map(|node| &node.value) {
        Some(Value::Reference(reference)) => Some(reference.id.clone()),
        _ => named.and_then(Node::text),
    };
    let found = text.and_then(|text| lambda_permission::function(snapshot, &text));
    // That of a version or an alias is not the function's.
    let Some(id) = found.filter(|_| declared.get("qualifier").is_none()) else { return };
    let permission = Permission {
        sid: declared.get("statement_id"),
        action: declared.get("action"),
        principal: declared.get("principal"),
        source_arn: declared.get("source_arn"),
        source_account: declared.get("source_account"),
        organization: declared.get("principal_org_id"),
        url_auth_type: declared.get("function_url_auth_type"),
        via_url: declared.get("invoked_via_function_url"),
        event_source_token: declared.get("event_source_token"),
    };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("lambda_functions", &id));
    lambda_permission::add(&mut draft, &id, &permission, Some(&declared.origin));
}

/// An alias is called for its function.
pub(super) fn qualified(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<LambdaFunction>(snapshot, "function_name") else { return };
    let function = ResourceRef::new("lambda_functions", id);
    snapshot.alias(&function, declared.address.clone());
    lambda_permission::name_qualified(snapshot, &function, declared.address.clone());
    for attribute in ["arn", "invoke_arn"] {
        if let Some(text) = declared.get(attribute).and_then(Node::text) {
            snapshot.alias(&function, text.clone());
            lambda_permission::name_qualified(snapshot, &function, text);
        }
    }
}

pub(super) fn url(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<LambdaFunction>(snapshot, "function_name") else {
        // It may be the URL of any function.
        let target = declared.get("function_name").and_then(Node::text);
        snapshot.gaps.insert(Gap {
            collection: "lambda_functions".to_owned(),
            id: None,
            path: "/urls".to_owned(),
            account: declared.deployment.account.clone(),
            region: declared.deployment.region.clone(),
            reason: Reason::UnresolvedReference {
                target: target.unwrap_or_else(|| format!("the function of {}", declared.address)),
            },
        });
        return;
    };
    let at = snapshot.model.lambda_functions.get(&id).map_or(0, |function| function.urls.len());
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("lambda_functions", &id));
    draft.place(&format!("/urls/{at}"), Some(&declared.origin));
    let url = FunctionUrl {
        qualifier: draft.string(&format!("/urls/{at}/qualifier"), declared.get("qualifier"), None),
        auth_type: draft.string(
            &format!("/urls/{at}/auth_type"),
            declared.get("authorization_type"),
            None,
        ),
    };
    if let Some(function) = snapshot.model.lambda_functions.get_mut(&id) {
        function.urls.push(url);
    }
}
