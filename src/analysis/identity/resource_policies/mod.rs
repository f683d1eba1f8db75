//! Which resources have policies of their own, which of those the model holds,
//! and what AWS writes where nobody wrote one.

use std::borrow::Cow;

mod carriers;
mod defaults;

use super::evaluate::pattern::{overlap, pieces};
use crate::model::{Model, PolicyDocument, ResourceAccess, ResourceRef};

/// A type of resource whose policy the model holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Its collection.
    pub collection: &'static str,
    /// The attribute that holds the policy.
    pub path: &'static str,
    /// The service in its ARNs.
    pub service: &'static str,
    /// How the part of its ARNs begins that names it.
    start: &'static str,
}

/// What is known of the policies of a type of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The model holds them.
    Held(&'static Held),
    /// Each may have one, which the model has no place for.
    NotHeld,
}

const HELD: &[Held] = &[
    held("s3_buckets", "/policy", "s3", ""),
    held("kms_keys", "/policy", "kms", ""),
    held("secrets", "/policy", "secretsmanager", "secret:"),
    held("opensearch_domains", "/access_policy", "es", "domain/"),
    held("sqs_queues", "/policy", "sqs", ""),
    held("sns_topics", "/policy", "sns", ""),
    held("lambda_functions", "/policy", "lambda", "function:"),
    held("iam_roles", "/assume_role_policy", "iam", "role/"),
];

const fn held(
    collection: &'static str,
    path: &'static str,
    service: &'static str,
    start: &'static str,
) -> Held {
    Held { collection, path, service, start }
}

/// The types whose policies the model holds.
pub fn all_held() -> &'static [Held] {
    HELD
}

/// What is known of the policy of a resource of a collection; `None` where it
/// can have none.
pub fn of_collection(collection: &str) -> Option<Kind> {
    if let Some(found) = HELD.iter().find(|held| held.collection == collection) {
        return Some(Kind::Held(found));
    }
    carriers::COLLECTIONS.contains(&collection).then_some(Kind::NotHeld)
}

/// What is known of the policy of a resource by its ARN, in which there may be
/// wildcards; `None` where it can have none.
pub fn of_arn(arn: &str) -> Option<Kind> {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, service, _, account, name] = fields.as_slice() else { return None };
    let may_be = |start: &str| overlap(&pieces(name), &pieces(&format!("{start}*")));
    let held = HELD.iter().find(|held| held.service == *service && may_be(held.start));
    let is_held = match *service {
        // Buckets and their objects have no account in their ARNs, access points
        // do.
        "s3" => account.is_empty(),
        // Further parts are of an endpoint or an app.
        "sns" => !name.contains('/'),
        // A version or an alias has a policy of its own.
        "lambda" => name.split(':').count() == 2 && !name.ends_with('*'),
        _ => true,
    };
    match held.filter(|_| is_held) {
        Some(held) => Some(Kind::Held(held)),
        None => {
            let starts = carriers::CARRIERS.iter().find(|(of, _)| of == service)?.1;
            starts.iter().any(|start| may_be(start)).then_some(Kind::NotHeld)
        }
    }
}

/// The policy of a resource of the model whose type [`Held`] names: its own, or
/// what AWS writes where there is none. A gap may say that it is not known.
pub fn policy<'m>(model: &'m Model, resource: &ResourceRef) -> Option<Cow<'m, PolicyDocument>> {
    let id = resource.id.as_str();
    let own = |policy: &'m Option<PolicyDocument>| policy.as_ref().map(Cow::Borrowed);
    match resource.collection.as_str() {
        "s3_buckets" => own(&model.s3_buckets.get(id)?.policy),
        "secrets" => own(&model.secrets.get(id)?.policy),
        "opensearch_domains" => own(&model.opensearch_domains.get(id)?.access_policy),
        "sqs_queues" => own(&model.sqs_queues.get(id)?.policy),
        "lambda_functions" => own(&model.lambda_functions.get(id)?.policy),
        "iam_roles" => own(&model.iam_roles.get(id)?.assume_role_policy),
        "kms_keys" => {
            let key = model.kms_keys.get(id)?;
            own(&key.policy).or_else(|| Some(Cow::Owned(defaults::of_key(key))))
        }
        "sns_topics" => {
            let topic = model.sns_topics.get(id)?;
            own(&topic.policy).or_else(|| Some(Cow::Owned(defaults::of_topic(topic))))
        }
        _ => None,
    }
}

/// Where it is written down whom the policy of a resource lets in.
pub fn access<'m>(
    model: &'m mut Model,
    resource: &ResourceRef,
) -> Option<&'m mut Option<ResourceAccess>> {
    let id = resource.id.as_str();
    Some(match resource.collection.as_str() {
        "s3_buckets" => &mut model.s3_buckets.get_mut(id)?.access,
        "kms_keys" => &mut model.kms_keys.get_mut(id)?.access,
        "secrets" => &mut model.secrets.get_mut(id)?.access,
        "opensearch_domains" => &mut model.opensearch_domains.get_mut(id)?.access,
        "sqs_queues" => &mut model.sqs_queues.get_mut(id)?.access,
        "sns_topics" => &mut model.sns_topics.get_mut(id)?.access,
        "lambda_functions" => &mut model.lambda_functions.get_mut(id)?.access,
        _ => return None,
    })
}

pub use defaults::delegating;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::identity::catalogue::Catalogue;

    fn collection(arn: &str) -> Option<&'static str> {
        match of_arn(arn)? {
            Kind::Held(held) => Some(held.collection),
            Kind::NotHeld => Some("not held"),
        }
    }

    #[test]
    fn an_arn_tells_whose_policy_is_held() {
        for (arn, expected) in [
            ("arn:aws:s3:::b/key", Some("s3_buckets")),
            ("arn:aws:s3:eu-west-1:111122223333:accesspoint/a", Some("not held")),
            ("arn:aws:sqs:eu-west-1:111122223333:orders", Some("sqs_queues")),
            ("arn:aws:sns:eu-west-1:111122223333:orders", Some("sns_topics")),
            ("arn:aws:sns:eu-west-1:111122223333:endpoint/GCM/a/b", None),
            ("arn:aws:lambda:eu-west-1:111122223333:function:f", Some("lambda_functions")),
            ("arn:aws:lambda:eu-west-1:111122223333:function:f:live", Some("not held")),
            ("arn:aws:lambda:eu-west-1:111122223333:function:f*", Some("not held")),
            ("arn:aws:lambda:eu-west-1:111122223333:layer:l:1", Some("not held")),
            ("arn:aws:iam::111122223333:role/a", Some("iam_roles")),
            ("arn:aws:iam::111122223333:user/a", None),
            ("arn:aws:ecr:eu-west-1:111122223333:repository/a", Some("not held")),
            ("arn:aws:ecr:eu-west-1:111122223333:*", Some("not held")),
            ("arn:aws:ec2:eu-west-1:111122223333:instance/i-1", None),
            ("orders", None),
        ] {
            assert_eq!(collection(arn), expected, "{arn}");
        }
    }

    #[test]
    fn every_type_that_the_model_holds_a_policy_of_is_told_by_its_attribute() {
        for held in all_held() {
            let schema = crate::policy::schema::INPUT;
            assert!(Model::COLLECTIONS.contains(&held.collection));
            assert!(schema.contains(held.path.trim_start_matches('/')), "{}", held.path);
            assert_eq!(of_collection(held.collection), Some(Kind::Held(held)));
        }
    }

    /// Each type on which AWS has an action that puts a resource policy.
    #[test]
    fn every_type_that_takes_a_resource_policy_is_known() {
        let mut missing = Vec::new();
        for service in Catalogue::get().services() {
            let puts = |name: &str| {
                ["PutResourcePolicy", "SetRepositoryPolicy", "PutKeyPolicy", "AddPermission"]
                    .contains(&name)
                    || (name.starts_with("Put")
                        && ["BucketPolicy", "AccessPointPolicy", "ClusterPolicy", "AccessPolicy"]
                            .iter()
                            .any(|end| name.ends_with(end)))
            };
            for action in service.actions.iter().filter(|action| puts(action.name)) {
                for (kind, _) in service.resource_types_of(action) {
                    let arn = without_variables(kind.arn);
                    if of_arn(&arn).is_none() {
                        missing.push(format!("{} on {arn}", action.name));
                    }
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
    }

    fn without_variables(arn: &str) -> String {
        let mut found = String::new();
        let mut rest = arn;
        while let Some((before, after)) = rest.split_once("${") {
            found.push_str(before);
            found.push('*');
            rest = after.split_once('}').map_or("", |(_, after)| after);
        }
        found + rest
    }
}
