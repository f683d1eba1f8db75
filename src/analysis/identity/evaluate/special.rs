//! Services and actions with rules of their own.

use super::request::Request;
use crate::analysis::identity::catalogue::Catalogue;

/// Whether resource control policies apply to an action at all: they do to
/// those of some services.
///
/// Source: the AWS Organizations user guide, "Resource control policies
/// (RCPs)", list of AWS services that support RCPs, as the catalogue has it.
pub(super) fn is_resource_controlled(request: &Request) -> bool {
    let service = request.service();
    service.contains(['*', '?'])
        || Catalogue::get().service(service).is_some_and(|found| found.supports_rcp)
}

/// Whether the action needs no permission, and no policy can deny it.
///
/// Source: the AWS STS API reference, `GetCallerIdentity`.
pub(super) fn needs_no_permission(request: &Request) -> bool {
    request.action.eq_ignore_ascii_case("sts:GetCallerIdentity")
}

/// Whether the resource's own policy must allow the request also inside one
/// account: KMS keys, and the trust policies of roles.
///
/// Source: the AWS KMS developer guide, "Key policies in AWS KMS"; the IAM
/// user guide, "Policy evaluation logic".
pub(super) fn must_be_allowed_by_resource(request: &Request) -> bool {
    let service = request.service().to_ascii_lowercase();
    request.resource.names.iter().any(|name| match service.as_str() {
        "kms" => {
            name.starts_with("ref:kms_keys/")
                || (name.starts_with("arn:") && name.contains(":kms:") && name.contains(":key/"))
        }
        "sts" => {
            name.starts_with("ref:iam_roles/")
                || (name.starts_with("arn:") && name.contains(":iam:") && name.contains(":role/"))
        }
        _ => false,
    })
}

/// Actions on queues that a queue's policy can give to nobody of another account.
const WITHIN_ACCOUNT: &[&str] = &[
    "sqs:addpermission",
    "sqs:cancelmessagemovetask",
    "sqs:createqueue",
    "sqs:deletequeue",
    "sqs:listmessagemovetasks",
    "sqs:listqueues",
    "sqs:listqueuetags",
    "sqs:removepermission",
    "sqs:setqueueattributes",
    "sqs:startmessagemovetask",
    "sqs:tagqueue",
    "sqs:untagqueue",
];

/// Whether the request comes from another account than the resource's, and the
/// service lets nobody of another one take the action.
///
/// Source: the Amazon SQS developer guide, "Limitations of Amazon SQS custom
/// policies".
pub(super) fn is_kept_within_account(request: &Request) -> bool {
    request.principal.account.is_some()
        && !request.is_same_account()
        && WITHIN_ACCOUNT.contains(&request.action.to_ascii_lowercase().as_str())
}

/// Changes to policies, which AWS refuses for its own.
const POLICY_CHANGES: &[&str] = &[
    "iam:createpolicyversion",
    "iam:deletepolicy",
    "iam:deletepolicyversion",
    "iam:setdefaultpolicyversion",
    "iam:tagpolicy",
    "iam:untagpolicy",
];

/// Changes to roles, which AWS refuses for those that it reserves.
const ROLE_CHANGES: &[&str] = &[
    "iam:attachrolepolicy",
    "iam:deleterole",
    "iam:deleterolepermissionsboundary",
    "iam:deleterolepolicy",
    "iam:detachrolepolicy",
    "iam:putrolepermissionsboundary",
    "iam:putrolepolicy",
    "iam:updateassumerolepolicy",
];

/// Changes to roles that AWS refuses only for those that IAM Identity Center
/// made; of service-linked roles they may be made.
const RESERVED_ROLE_CHANGES: &[&str] = &[
    "iam:createrole",
    "iam:createservicelinkedrole",
    "iam:deleteservicelinkedrole",
    "iam:tagrole",
    "iam:untagrole",
    "iam:updaterole",
    "iam:updateroledescription",
];

/// Changes to aliases, which AWS refuses for those of its own keys.
const ALIAS_CHANGES: &[&str] = &["kms:createalias", "kms:deletealias", "kms:updatealias"];

/// Whether AWS refuses the change whatever policies say: it is of a policy,
/// role or alias of AWS's own.
///
/// Source: the IAM user guide, "Managed policies and inline policies" and
/// "Create a service-linked role"; the IAM Identity Center user guide,
/// "Referencing permission sets in resource policies"; the AWS KMS API
/// reference, `CreateAlias`.
pub(super) fn is_owned_by_aws(request: &Request) -> bool {
    let action = request.action.to_ascii_lowercase();
    let is_one_of = |changes: &[&str]| changes.contains(&action.as_str());
    let of = |fragments: &[&str]| {
        let names = &request.resource.names;
        !names.is_empty()
            && names.iter().all(|name| fragments.iter().any(|found| name.contains(found)))
    };
    (is_one_of(POLICY_CHANGES) && of(&[":iam::aws:policy/"]))
        || (is_one_of(ROLE_CHANGES) && of(&[":role/aws-reserved/", ":role/aws-service-role/"]))
        || (is_one_of(RESERVED_ROLE_CHANGES) && of(&[":role/aws-reserved/"]))
        || (is_one_of(ALIAS_CHANGES) && of(&[":alias/aws/"]))
}
